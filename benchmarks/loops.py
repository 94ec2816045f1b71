"""What one would write for each service without outhaul: read, encode, send, repeat.

No ledger, no retries, no check of a value. Each loop sends the same requests as the
service, filled with the same number of rows; `requests` keeps the connection.
"""

from __future__ import annotations

import csv
import hashlib
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
import requests

from benchmarks.customers import COLUMNS as _CUSTOMERS
from benchmarks.destination import encode
from benchmarks.vendors import EMARSYS_FIELDS, SENDGRID_FIELDS, SPLIO_FIELDS

Rows = Sequence[tuple[Any, ...]]
Batches = Callable[[int], Iterable[Rows]]
"""Rows of the diff, so many at a time."""

_PIECE_BYTES = 32_768


@dataclass(frozen=True)
class Place:
    """Where a loop sends to: the sink's address, or an SFTP server's settings."""

    sink: str
    port: int = 0
    username: str = ""
    key_file: str = ""
    folder: str = ""


def _session(place: Place, vendor: str) -> Callable[..., Any]:
    session = requests.Session()
    session.headers["Content-Type"] = "application/json"
    session.headers["Authorization"] = "Bearer token"

    def call(method: str, path: str, body: bytes | None = None) -> Any:
        answer = session.request(method, f"{place.sink}/{vendor}{path}", data=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    return call


# --- the benchmark's own destination


def customers_out(batches: Batches, place: Place) -> None:
    call = _session(place, "rows")
    for rows in batches(1_000):
        records = [dict(zip(_CUSTOMERS, row, strict=True)) for row in rows]
        call("POST", "", encode(records))


# --- SendGrid


def _sendgrid_contact(row: tuple[Any, ...]) -> dict[str, Any]:
    email, first, last, country, value, orders, born, seen, note = row
    return {
        "email": email,
        "first_name": first,
        "last_name": last,
        "country": country,
        "custom_fields": {
            _SENDGRID["lifetime_value"]: float(value),
            _SENDGRID["order_count"]: orders,
            _SENDGRID["born_on"]: born.strftime("%m/%d/%Y"),
            _SENDGRID["last_seen_at"]: seen.strftime("%m/%d/%Y"),
            _SENDGRID["note"]: note or "",
        },
    }


_SENDGRID = {name: id for name, (id, _) in SENDGRID_FIELDS.items()}


def _sendgrid_put(call: Callable[..., Any], body: Any) -> None:
    job = call("PUT", "/v3/marketing/contacts", orjson.dumps(body))["job_id"]
    while True:
        state = call("GET", f"/v3/marketing/contacts/imports/{job}")
        if state["status"] == "completed":
            return


def sendgrid_contacts(batches: Batches, place: Place) -> None:
    call = _session(place, "sendgrid")
    for rows in batches(5_000):
        _sendgrid_put(call, {"contacts": [_sendgrid_contact(row) for row in rows]})


def _known(call: Callable[..., Any], rows: Rows) -> Iterator[tuple[Any, ...]]:
    for start in range(0, len(rows), 100):
        part = rows[start : start + 100]
        body = orjson.dumps({"emails": [row[0] for row in part]})
        found = call("POST", "/v3/marketing/contacts/search/emails", body)["result"]
        for row in part:
            if "contact" in found[row[0]]:
                yield row


def sendgrid_updates(batches: Batches, place: Place) -> None:
    call = _session(place, "sendgrid")
    for rows in batches(5_000):
        known = _known(call, rows)
        _sendgrid_put(call, {"contacts": [_sendgrid_contact(row) for row in known]})


def sendgrid_list(batches: Batches, place: Place) -> None:
    call = _session(place, "sendgrid")
    for rows in batches(5_000):
        contacts = [{"email": row[0]} for row in _known(call, rows)]
        _sendgrid_put(call, {"list_ids": ["list-1"], "contacts": contacts})


# --- Brevo


def _brevo_attributes(row: tuple[Any, ...]) -> dict[str, Any]:
    email, first, last, country, value, orders, born, seen, note = row
    return {
        "FIRST_NAME": first,
        "LAST_NAME": last,
        "COUNTRY": country,
        "LIFETIME_VALUE": float(value),
        "ORDER_COUNT": orders,
        "BORN_ON": born,
        "LAST_SEEN_AT": seen.date(),
        "NOTE": note or "",
    }


def brevo_contacts(batches: Batches, place: Place) -> None:
    call = _session(place, "brevo")
    for rows in batches(5_000):
        contacts = [
            {"email": row[0], "attributes": _brevo_attributes(row)} for row in rows
        ]
        body = {
            "updateExistingContacts": True,
            "emptyContactsAttributes": True,
            "disableNotification": True,
            "listIds": [1],
            "jsonBody": contacts,
        }
        job = call("POST", "/contacts/import", orjson.dumps(body))["processId"]
        while True:
            if call("GET", f"/processes/{job}")["status"] == "completed":
                break


def brevo_updates(batches: Batches, place: Place) -> None:
    call = _session(place, "brevo")
    for rows in batches(1_000):
        for row in rows:
            body = orjson.dumps({"attributes": _brevo_attributes(row)})
            call("PUT", f"/contacts/{quote(row[0])}", body)


def brevo_list(batches: Batches, place: Place) -> None:
    call = _session(place, "brevo")
    for rows in batches(150):
        body = orjson.dumps({"emails": [row[0] for row in rows]})
        call("POST", "/contacts/lists/1/contacts/add", body)


# --- HubSpot


def hubspot_objects(batches: Batches, place: Place) -> None:
    call = _session(place, "hubspot")
    for rows in batches(100):
        inputs = [
            {
                "id": email,
                "idProperty": "email",
                "properties": {
                    "firstname": first,
                    "lastname": last,
                    "country": country,
                    "lifetime_value": str(value),
                    "order_count": str(orders),
                    "born_on": born.isoformat(),
                    "last_seen_at": seen.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "note": note or "",
                },
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        body = orjson.dumps({"inputs": inputs})
        call("POST", "/crm/objects/2026-09/contacts/batch/upsert", body)


def hubspot_list(batches: Batches, place: Place) -> None:
    call = _session(place, "hubspot")
    for rows in batches(1_000):
        ids = []
        for start in range(0, len(rows), 100):
            inputs = [{"id": row[0]} for row in rows[start : start + 100]]
            body = orjson.dumps({"idProperty": "email", "inputs": inputs})
            found = call("POST", "/crm/objects/2026-09/contacts/batch/read", body)
            ids += [each["id"] for each in found["results"]]
        call("PUT", "/crm/lists/2026-09/list-1/memberships/add", orjson.dumps(ids))


# --- Intercom


def _intercom_ids(call: Callable[..., Any], addresses: list[str]) -> list[str]:
    found: list[str] = []
    for start in range(0, len(addresses), 50):
        wanted = addresses[start : start + 50]
        query = {"field": "email", "operator": "IN", "value": wanted}
        asked = {"query": query, "pagination": {"per_page": 150}}
        answer = call("POST", "/contacts/search", orjson.dumps(asked))
        found += [each["id"] for each in answer["data"]]
    return found


def intercom_contacts(batches: Batches, place: Place) -> None:
    call = _session(place, "intercom")
    for rows in batches(50):
        ids = _intercom_ids(call, [row[0] for row in rows])
        for id, (email, name, orders) in zip(ids, rows, strict=True):
            told = {
                "email": email,
                "name": name,
                "custom_attributes": {"orders": orders},
            }
            call("PUT", f"/contacts/{id}", orjson.dumps(told))


def intercom_companies(batches: Batches, place: Place) -> None:
    call = _session(place, "intercom")
    for rows in batches(50):
        for id, name, orders in rows:
            custom = {"orders": orders}
            told = {"company_id": id, "name": name, "custom_attributes": custom}
            call("POST", "/companies", orjson.dumps(told))


def intercom_segment(batches: Batches, place: Place) -> None:
    call = _session(place, "intercom")
    for rows in batches(50):
        ids = _intercom_ids(call, [email for (email,) in rows])
        users = [{"id": id} for id in ids]
        call("POST", "/tags", orjson.dumps({"name": "vip", "users": users}))


# --- Zendesk


def zendesk_users(batches: Batches, place: Place) -> None:
    call = _session(place, "zendesk")
    for rows in batches(100):
        users = [
            {"email": email, "name": name, "user_fields": {"orders": orders}}
            for email, name, orders in rows
        ]
        _zendesk_job(call, "/api/v2/users/create_or_update_many", {"users": users})


def zendesk_records(batches: Batches, place: Place) -> None:
    call = _session(place, "zendesk")
    for rows in batches(100):
        records = [
            {
                "external_id": id,
                "name": name,
                "custom_object_fields": {"orders": orders},
            }
            for id, name, orders in rows
        ]
        job = {"action": "create_or_update_by_external_id", "items": records}
        _zendesk_job(call, "/api/v2/custom_objects/vehicle/jobs", {"job": job})


def _zendesk_job(call: Callable[..., Any], path: str, told: dict[str, Any]) -> None:
    made = call("POST", path, orjson.dumps(told))["job_status"]["id"]
    while True:
        state = call("GET", f"/api/v2/job_statuses/{made}")["job_status"]["status"]
        if state == "completed":
            return


# --- Iterable


def iterable_attributes(batches: Batches, place: Place) -> None:
    call = _session(place, "iterable")
    for rows in batches(1_000):
        users = [
            {
                "email": email,
                "dataFields": {
                    "first_name": first,
                    "last_name": last,
                    "country": country,
                    "lifetime_value": float(value),
                    "order_count": orders,
                    "born_on": born,
                    "last_seen_at": seen,
                    "note": note,
                },
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        body = orjson.dumps({"users": users}, option=orjson.OPT_NAIVE_UTC)
        call("POST", "/api/users/bulkUpdate", body)


def iterable_list(batches: Batches, place: Place) -> None:
    call = _session(place, "iterable")
    for rows in batches(1_000):
        users = [call("GET", f"/api/users/{quote(row[0])}") for row in rows]
        known = zip(rows, users, strict=True)
        people = [{"email": row[0]} for row, found in known if found.get("user")]
        body = orjson.dumps({"listId": 7, "subscribers": people})
        call("POST", "/api/lists/subscribe", body)


# --- Klaviyo


def klaviyo_contacts(batches: Batches, place: Place) -> None:
    call = _session(place, "klaviyo")
    for rows in batches(5_000):
        profiles = [
            {
                "type": "profile",
                "attributes": {
                    "email": email,
                    "first_name": first,
                    "last_name": last,
                    "location": {"country": country},
                    "properties": {
                        "lifetime_value": float(value),
                        "order_count": orders,
                        "born_on": born,
                        "last_seen_at": seen,
                        "note": note,
                    },
                },
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        attributes = {"profiles": {"data": profiles}}
        job = {"type": "profile-bulk-import-job", "attributes": attributes}
        body = orjson.dumps({"data": job}, option=orjson.OPT_NAIVE_UTC)
        made = call("POST", "/api/profile-bulk-import-jobs", body)["data"]["id"]
        while True:
            state = call("GET", f"/api/profile-bulk-import-jobs/{made}")["data"]
            if state["attributes"]["status"] == "complete":
                break


def klaviyo_list(batches: Batches, place: Place) -> None:
    call = _session(place, "klaviyo")
    for rows in batches(1_000):
        members = []
        for start in range(0, len(rows), 100):
            addresses = [row[0] for row in rows[start : start + 100]]
            wanted = quote(f"any(email,{orjson.dumps(addresses).decode()})")
            found = call("GET", f"/api/profiles?filter={wanted}")["data"]
            members += [{"type": "profile", "id": each["id"]} for each in found]
        path = "/api/lists/one/relationships/profiles"
        call("POST", path, orjson.dumps({"data": members}))


def klaviyo_subscriptions(batches: Batches, place: Place) -> None:
    call = _session(place, "klaviyo")
    consent = {"email": {"marketing": {"consent": "SUBSCRIBED"}}}
    for rows in batches(1_000):
        profiles = [
            {"type": "profile", "attributes": {"email": e, "subscriptions": consent}}
            for (e,) in rows
        ]
        job = {
            "type": "profile-subscription-bulk-create-job",
            "attributes": {"profiles": {"data": profiles}},
            "relationships": {"list": {"data": {"type": "list", "id": "one"}}},
        }
        body = orjson.dumps({"data": job})
        call("POST", "/api/profile-subscription-bulk-create-jobs", body)


# --- Mailchimp


def mailchimp_members(batches: Batches, place: Place) -> None:
    call = _session(place, "mailchimp")
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
    call = _session(place, "mailchimp")
    for rows in batches(500):
        body = orjson.dumps({"members_to_add": [row[0] for row in rows]})
        call("POST", "/lists/main/segments/7", body)


# --- Batch


def batch_contacts(batches: Batches, place: Place) -> None:
    call = _session(place, "batch")
    for rows in batches(1_000):
        users = [
            {
                "id": str(id),
                "update": {
                    "overwrite": False,
                    "values": {
                        "u.email": email,
                        "u.country": country,
                        "u.lifetime_value": float(value),
                        "u.order_count": orders,
                        "u.is_subscribed": subscribed,
                        "date(u.born_on)": f"{born}T00:00:00",
                        "date(u.last_seen_at)": seen.isoformat(timespec="seconds"),
                    },
                },
            }
            for id, email, country, value, orders, subscribed, born, seen in rows
        ]
        call("POST", "/1.0/ios/data/users", orjson.dumps(users))


def batch_profiles(batches: Batches, place: Place) -> None:
    call = _session(place, "batch")
    for rows in batches(200):
        profiles = [
            {
                "identifiers": {"custom_id": str(id)},
                "attributes": {
                    "$email_address": email,
                    "country": country,
                    "lifetime_value": float(value),
                    "order_count": orders,
                    "is_subscribed": subscribed,
                    "date(born_on)": f"{born}T00:00:00Z",
                    "date(last_seen_at)": f"{seen.isoformat(timespec='seconds')}Z",
                },
            }
            for id, email, country, value, orders, subscribed, born, seen in rows
        ]
        call("POST", "/2.11/profiles/update", orjson.dumps(profiles))


def batch_events(batches: Batches, place: Place) -> None:
    call = _session(place, "batch")
    for rows in batches(200):
        events = [
            {
                "identifiers": {"custom_id": str(id)},
                "events": [
                    {
                        "name": "visited",
                        "time": f"{at.isoformat(timespec='seconds')}Z",
                        "attributes": {
                            "email": email,
                            "country": country,
                            "lifetime_value": float(value),
                            "order_count": orders,
                            "is_subscribed": subscribed,
                        },
                    }
                ],
            }
            for id, at, email, country, value, orders, subscribed in rows
        ]
        call("POST", "/2.11/profiles/update", orjson.dumps(events))


# --- Braze


def braze_attributes(batches: Batches, place: Place) -> None:
    call = _session(place, "braze")
    for rows in batches(1_000):
        users = [
            {
                "external_id": str(id),
                "email": email,
                "first_name": first,
                "country": country,
                "lifetime_value": float(value),
                "order_count": orders,
                "last_seen_at": f"{seen.isoformat(timespec='seconds')}Z",
                "note": note,
            }
            for id, email, first, country, value, orders, seen, note in rows
        ]
        call("POST", "/users/track/bulk", orjson.dumps({"attributes": users}))


def braze_events(batches: Batches, place: Place) -> None:
    call = _session(place, "braze")
    for rows in batches(1_000):
        events = [
            {
                "external_id": str(id),
                "name": "visited",
                "time": f"{at.isoformat(timespec='seconds')}Z",
                "properties": {
                    "email": email,
                    "country": country,
                    "lifetime_value": float(value),
                },
            }
            for id, at, email, country, value in rows
        ]
        call("POST", "/users/track/bulk", orjson.dumps({"events": events}))


def braze_list(batches: Batches, place: Place) -> None:
    call = _session(place, "braze")
    for rows in batches(1_000):
        users = [
            {"external_id": id, "_update_existing_only": True, "is_vip": True}
            for (id,) in rows
        ]
        call("POST", "/users/track/bulk", orjson.dumps({"attributes": users}))


def braze_subscriptions(batches: Batches, place: Place) -> None:
    call = _session(place, "braze")
    for rows in batches(50):
        group = {
            "subscription_group_id": "504e09e6-ffa4-4b31-96c3-c05d50d903cf",
            "subscription_state": "subscribed",
            "external_ids": [id for (id,) in rows],
        }
        body = orjson.dumps({"subscription_groups": [group]})
        call("POST", "/v2/subscription/status/set", body)


# --- Emarsys


def emarsys_contacts(batches: Batches, place: Place) -> None:
    call = _session(place, "emarsys")
    path = "/api/v3/contact?create_if_not_exists=0"
    ids = {name: id for name, (id, _) in EMARSYS_FIELDS.items()}
    for rows in batches(1_000):
        contacts = [
            {
                "3": email,
                "1": first,
                "2": last,
                "14": country,
                ids["lifetime_value"]: str(value),
                ids["order_count"]: str(orders),
                ids["born_on"]: born.isoformat(),
                ids["last_seen_at"]: f"{seen.isoformat()}Z",
                ids["note"]: note or "",
            }
            for email, first, last, country, value, orders, born, seen, note in rows
        ]
        call("PUT", path, orjson.dumps({"key_id": "3", "contacts": contacts}))


def emarsys_list(batches: Batches, place: Place) -> None:
    call = _session(place, "emarsys")
    for rows in batches(1_000):
        body = {"key_id": "3", "external_ids": [email for (email,) in rows]}
        call("POST", "/api/v3/contactlist/7/add", orjson.dumps(body))


def emarsys_table(batches: Batches, place: Place) -> None:
    call = _session(place, "emarsys")
    path = "/api/rds/v1/connections/shop/tables/customers/records/upsert"
    for rows in batches(1_000):
        records = [
            {
                "customer_id": id,
                "email": email,
                "first_name": first,
                "last_name": last,
                "country": country,
                "lifetime_value": float(value),
                "order_count": orders,
                "born_on": born.isoformat(),
                "last_seen_at": seen.isoformat(sep=" ", timespec="seconds"),
                "note": note,
            }
            for id, email, first, last, country, value, orders, born, seen, note in rows
        ]
        call("POST", path, orjson.dumps(records))


# --- Splio


def _splio_contact(row: tuple[Any, ...]) -> dict[str, Any]:
    email, first, last, country, value, orders, born, seen, note = row
    customs = (
        country,
        str(value),
        str(orders),
        born.strftime("%Y-%m-%d 00:00:00"),
        seen.strftime("%Y-%m-%d %H:%M:%S"),
        note or "",
    )
    return {
        "email": email,
        "firstname": first,
        "lastname": last,
        "custom_fields": [
            {"id": id, "value": value}
            for id, value in zip(_SPLIO_IDS, customs, strict=True)
        ],
    }


_SPLIO_IDS = [id for id, _ in SPLIO_FIELDS.values()]


def splio_created(batches: Batches, place: Place) -> None:
    call = _session(place, "splio")
    for rows in batches(1_000):
        body = {"contacts": [_splio_contact(row) for row in rows]}
        answer = call("POST", "/data/contacts/bulk", orjson.dumps(body))
        assert all(item["code"] in (200, 201) for item in answer["items"])


def splio_updates(batches: Batches, place: Place) -> None:
    call = _session(place, "splio")
    for rows in batches(1_000):
        for row in rows:
            contact = _splio_contact(row)
            path = f"/data/contacts/{quote(contact.pop('email'), safe='')}"
            call("PATCH", path, orjson.dumps(contact))


# --- files


def _upload(place: Place, name: str, pieces: Iterable[bytes]) -> None:
    """Write under a temporary name, then rename, as a careful hand does."""
    import paramiko

    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507
    client.connect("127.0.0.1", place.port, place.username, key_filename=place.key_file)
    with client, client.open_sftp() as sftp:
        part = f"{place.folder}/.{name}.part"
        with sftp.open(part, "w") as file:
            file.set_pipelined(True)
            for piece in pieces:
                for start in range(0, len(piece), _PIECE_BYTES):
                    file.write(piece[start : start + _PIECE_BYTES])
        sftp.posix_rename(part, f"{place.folder}/{name}")


def _lines(batches: Batches, header: Sequence[str], **form: Any) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text, **form)
    writer.writerow(header)
    for rows in batches(10_000):
        writer.writerows(rows)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


_COLUMNS = (
    "customer_id email first_name last_name country lifetime_value order_count"
    " born_on last_seen_at note"
).split()


def sftp_csv(batches: Batches, place: Place) -> None:
    _upload(place, "customers.csv", _lines(batches, _COLUMNS))


def sftp_gzip(batches: Batches, place: Place) -> None:
    _upload(place, "customers.csv.gz", _zipped(_lines(batches, _COLUMNS)))


def sftp_json_lines(batches: Batches, place: Place) -> None:
    def lines() -> Iterator[bytes]:
        for rows in batches(10_000):
            yield b"".join(
                orjson.dumps(
                    {
                        "customer_id": id,
                        "email": email,
                        "first_name": first,
                        "last_name": last,
                        "country": country,
                        "lifetime_value": float(value),
                        "order_count": orders,
                        "born_on": born,
                        "last_seen_at": seen,
                        "note": note,
                    },
                    option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NAIVE_UTC,
                )
                for (
                    id,
                    email,
                    first,
                    last,
                    country,
                    value,
                    orders,
                    born,
                    seen,
                    note,
                ) in rows
            )

    _upload(place, "customers.jsonl", lines())


def splio_files(batches: Batches, place: Place) -> None:
    form = {"delimiter": ";", "quoting": csv.QUOTE_ALL, "lineterminator": "\n"}
    _upload(place, "shop_contacts_all.csv", _lines(batches, _COLUMNS[1:], **form))


def webhook(batches: Batches, place: Place) -> None:
    call = _session(place, "webhook")
    for rows in batches(500):
        records = [
            {
                "_change": "inserted",
                "customer_id": id,
                "email": email,
                "first_name": first,
                "last_name": last,
                "country": country,
                "lifetime_value": float(value),
                "order_count": orders,
                "born_on": born,
                "last_seen_at": seen,
                "note": note,
            }
            for id, email, first, last, country, value, orders, born, seen, note in rows
        ]
        call("POST", "", orjson.dumps(records, option=orjson.OPT_NAIVE_UTC))


LOOPS: dict[str, Callable[[Batches, Place], None]] = {
    each.__name__: each
    for each in (
        customers_out,
        sendgrid_contacts,
        sendgrid_updates,
        sendgrid_list,
        batch_contacts,
        batch_profiles,
        batch_events,
        braze_attributes,
        braze_events,
        braze_list,
        braze_subscriptions,
        brevo_contacts,
        brevo_updates,
        brevo_list,
        emarsys_contacts,
        emarsys_list,
        emarsys_table,
        hubspot_objects,
        hubspot_list,
        intercom_contacts,
        intercom_companies,
        intercom_segment,
        iterable_attributes,
        iterable_list,
        klaviyo_contacts,
        klaviyo_list,
        klaviyo_subscriptions,
        mailchimp_members,
        mailchimp_segment,
        splio_created,
        splio_updates,
        splio_files,
        webhook,
        sftp_csv,
        sftp_gzip,
        sftp_json_lines,
        zendesk_users,
        zendesk_records,
    )
}
"""By the name of the diff that is sent."""
