"""The service `contacts`: profiles, by bulk import jobs.

https://developers.klaviyo.com/en/reference/bulk_import_profiles
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.errors import OutcomeUnknown
from outhaul.http.addresses import path_part
from outhaul.http.answers import classify
from outhaul.kit.api import object_of
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Email, Format, Json, Number, Text
from outhaul.kit.jobs import LOST, ByJob, Ended, started
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job
from outhaul.kit.values import folded
from outhaul.model import Column

PHONE = Text(
    pattern=re.compile(r"\+[1-9][0-9]{6,14}"),
    code="phone",
    problem="is no number such as +33612345678",
)
_LONGEST_ROW = 100_000  # bytes of a profile
_OWN: dict[str, Format] = {
    **dict.fromkeys(("first_name", "last_name", "organization", "title"), Text()),
    **{"phone_number": PHONE, "external_id": Text(255), "locale": Text()},
    "image": Text(),
}
_LOCATION: dict[str, Format] = {
    **dict.fromkeys(("address1", "address2", "city", "region", "zip"), Text()),
    **dict.fromkeys(("country", "timezone", "ip"), Text()),
    **dict.fromkeys(("latitude", "longitude"), Number()),
}
_JOBS = "/api/profile-bulk-import-jobs"
_POINTER = re.compile(r"/data/attributes/profiles/data/(\d+)")


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    null_mode: str = null_mode()


class Contacts(ByJob, Records):
    """Writes attributes of profiles, and creates the profiles that it does not know.

    Upserts by e-mail address, so a repeated request changes nothing. Fields that are
    not selected stay untouched; a column that is no field becomes a property.
    """

    name = "contacts"
    title = "Contacts"
    identity = "email"
    own_fields: ClassVar[dict[str, Format]] = {**_OWN, **_LOCATION}
    others = "becomes a property"
    partly_applies = False  # a 4xx refuses the whole import
    answered_by_job = Records.consumes
    Options: ClassVar[type] = ContactsOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.takes_times_of(account)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # whether the key may import

    def plan(self, columns: Sequence[Column]) -> Plan:
        self._account.api.call("GET", _JOBS, params={"page[size]": "1"})
        plan = Plan()
        for name in (each.field for each in columns if each.field != "email"):
            if name in _LOCATION:
                field = Field(name, name, _LOCATION[name], "location")
            elif name in _OWN:
                field = Field(name, name, _OWN[name])
            else:
                field = Field(name, name, Json(), "properties")
            plan.fields.append(field)
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        mode = self._options.null_mode
        return Body(
            Field("email", "email", Email()),
            fields,
            mode,
            writes_nulls=mode == "empty",
            shape=lambda email, others: {
                "type": "profile",
                "attributes": {"email": email, **others},
            },
            longest=_LONGEST_ROW,
        )

    def send(self, items: Collected) -> Job:
        profiles = b",".join(items.bodies)
        response = self._account.api.request(
            "POST",
            _JOBS,
            b'{"data":{"type":"profile-bulk-import-job","attributes":'
            b'{"profiles":{"data":[' + profiles + b"]}}}}",
        )
        classify(response, (202,), self._account.api.hints)
        answer = object_of(response).get("data") or {}
        return started(response, answer.get("id"), "id")

    def look_at(self, job: Job, keys: Sequence[str]) -> Ended | None:
        path = f"{_JOBS}/{path_part(job.reference)}"
        response = self._account.api.request("GET", path)
        if response.status == 404:
            return LOST
        classify(response, hints=self._account.api.hints)
        try:
            state = object_of(response)["data"]["attributes"]
            total, failed = int(state["total_count"]), state.get("failed_count")
            if state["status"] in ("queued", "processing"):
                return None
            if state["status"] == "complete" and failed == 0:
                return Ended(rows=total)
            is_whole = total == len(keys)
            named = dict(self._named(path, keys if is_whole else ()))
        except (LookupError, TypeError, AttributeError, ValueError):
            text = f"{response.describe()}; the state of the import cannot be read"
            raise OutcomeUnknown(text) from None
        return Ended(failed or None, named, total)

    def _named(self, path: str, keys: Sequence[str]) -> Iterator[tuple[str, str]]:
        """The address of each failed row with the reason.

        keys: of all rows of the job, by which an error that tells its place is known.
        """
        for error in self._account.api.entries(f"{path}/import-errors", {}):
            told = error["attributes"]
            sent = told.get("original_payload") or {}
            email = (sent.get("attributes") or sent).get("email")
            place = _POINTER.match(str(told["source"].get("pointer")))
            if place and int(place[1]) < len(keys):
                email = keys[int(place[1])]
            if email:
                reason = f"{told['code']}: {told['title']}"
                yield folded(str(email)), self._account.api.quote(reason)
