"""Mailchimp."""

from __future__ import annotations

import hashlib

import orjson

from benchmarks.loops.place import Batches, Place, session


def mailchimp_members(batches: Batches, place: Place) -> None:
    call = session(place, "mailchimp")
    for rows in batches(1_000):
        for email, first, last, spent, born in rows:
            fields = {
                "FNAME": first,
                "LNAME": last,
                "SPENT": float(spent),
                "BORN": born,
            }
            member = hashlib.md5(email.encode(), usedforsecurity=False).hexdigest()
            body = orjson.dumps({"merge_fields": fields})
            call("PATCH", f"/lists/main/members/{member}", body)


def mailchimp_segment(batches: Batches, place: Place) -> None:
    call = session(place, "mailchimp")
    for rows in batches(500):
        body = orjson.dumps({"members_to_add": [row[0] for row in rows]})
        call("POST", "/lists/main/segments/7", body)
