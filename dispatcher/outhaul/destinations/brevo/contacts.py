"""The service `contacts`: attributes of contacts, with `insert` also new ones.

https://developers.brevo.com/reference/importcontacts-1
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.brevo.account import Brevo
from outhaul.http.addresses import path_part
from outhaul.http.answers import classify, refuse_page
from outhaul.kit.api import object_of
from outhaul.kit.bodies import Attributes, Body, Field, null_mode
from outhaul.kit.error_files import failed_addresses
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Boolean, Day, Email, Format, Json, Number, Text
from outhaul.kit.jobs import LOST, ByJob, Ended, started
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job, Limits
from outhaul.model import ACCEPTED, Change, Column, Kind, Outcome, Status

_NAME = re.compile(r"[A-Z0-9_]{1,50}")
_FORMATS: dict[str, Format] = {
    "text": Text(),
    "float": Number(),
    "date": Day(),
    "boolean": Boolean(),
    "category": Json(),
}
_TYPES = {
    **dict.fromkeys((Kind.INTEGER, Kind.NUMBER), "float"),
    **dict.fromkeys((Kind.DATE, Kind.TIMESTAMP), "date"),
    Kind.BOOLEAN: "boolean",
}
"""Of an attribute, by the kind of its column; all others are texts."""
_MISSING = Outcome(Status.MISSING, "missing", "Brevo has no contact of this address")


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = setting(
        "Create contacts that do not exist yet, by imports; otherwise only update"
        " those that do, one a request.",
        default=False,
    )
    contact_list: str = setting(
        "With `insert`: the list that an import puts its contacts on, which Brevo"
        " asks for; it is created where it is missing.",
        default="outhaul",
    )
    null_mode: str = null_mode("attribute")


class Contacts(ByJob, Records):
    """Writes attributes of contacts; those that are not selected stay untouched.

    Recognises contacts by e-mail address, so a repeated request changes nothing. With
    `insert` contacts are imported, which creates those that do not exist; without it
    each is updated by a request of its own.
    """

    name = "contacts"
    title = "Contacts"
    identity = "email"
    kind_of_field = "attribute"
    others = "is written to the attribute of its name, which is created if missing"
    partly_applies = False  # a 4xx refuses the whole request
    Options: ClassVar[type] = ContactsOptions

    _account: Brevo

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.takes_times_of(account)
        self._list_id = ""
        if options.insert:
            self.answered_by_job = self.consumes

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 2 if self._options.insert else 1  # the attributes, and the list

    def limits(self, change: Change) -> Limits:
        imports = self._account.limits
        return imports if self._options.insert else replace(imports, rows=1)

    def plan(self, columns: Sequence[Column]) -> Plan:
        known = {
            str(each["name"]): str(each.get("type") or each["category"])
            for each in self._account.api.call("GET", "/contacts/attributes")[
                "attributes"
            ]
            if each["category"] in ("normal", "category")
        }
        plan = Plan()
        for column in (each for each in columns if each.field != "email"):
            name = column.field.upper()
            wanted = _TYPES.get(column.kind, "text")
            kind = known.get(name, wanted)
            if not _NAME.fullmatch(name):
                plan.problems.append(
                    f"'{column.field}' can be no attribute: letters of a to z, digits"
                    " and '_' alone are taken"
                )
            elif kind not in _FORMATS or kind not in ("text", "category", wanted):
                plan.problems.append(
                    f"'{column.field}' is {column.data_type}, and the attribute {name}"
                    f" is of type {kind}: cast it in the select"
                )
            elif plan.takes(column, name, "attribute", "Brevo"):
                field = Field(column.field, name, _FORMATS[kind], "attributes", "")
                plan.fields.append(field)
                if name not in known:
                    plan.missing.append(Missing(name, kind))
        return plan

    def create(self, missing: Missing) -> None:
        path = f"/contacts/attributes/normal/{path_part(missing.name)}"
        body = orjson.dumps({"type": missing.type})
        response = self._account.api.request("POST", path, body)
        classify(response, (201,), self._account.api.hints)

    def check(self, columns: Sequence[Column]) -> list[str]:
        name = self._options.contact_list
        is_new = self._options.insert and not self._account.api.find_list(name)
        return super().check(columns) + [f"list '{name}' will be created"] * is_new

    def prepare(self, columns: Sequence[Column]) -> None:
        super().prepare(columns)
        if self._options.insert:
            name, api = self._options.contact_list, self._account.api
            self._list_id = api.find_list(name) or ""
            if not self._list_id:
                self._list_id = api.create_list(name, self._account.folder)
                self.findings.created.append(f"list '{name}'")

    def body(self, fields: Sequence[Field]) -> Body:
        key = Field("email", "email", Email())
        # The address of one that is updated stands in the path.
        shape = None if self._options.insert else _without_address
        return Body(key, fields, self._options.null_mode, shape=shape)

    def send(self, items: Collected) -> list[Outcome] | Job:
        api = self._account.api
        if self._options.insert:
            clears = b"true" if self._options.null_mode == "empty" else b"false"
            body = (
                b'{"updateExistingContacts":true,"emptyContactsAttributes":%b,'
                b'"disableNotification":true,"listIds":[%b],"jsonBody":[%b]}'
            ) % (clears, self._list_id.encode(), b",".join(items.bodies))
            response = api.request("POST", "/contacts/import", body)
            classify(response, (202,), api.hints)
            reference = object_of(response).get("processId")
            return started(response, str(reference or ""), "processId")
        (address,) = self.keys_of(items)
        path = f"/contacts/{path_part(address)}"
        response = api.request("PUT", path, items.bodies[0], shown="/contacts/…")
        classify(response, (204, 404), api.hints)
        refuse_page(response)
        return [ACCEPTED if response.status == 204 else _MISSING]

    def look_at(self, job: Job, keys: Sequence[str]) -> Ended | None:
        api = self._account.api
        state = api.find(f"/processes/{path_part(job.reference)}")
        if state is None:
            return LOST
        if state.get("status") != "completed":
            return None
        told = (state.get("info") or {}).get("import") or {}
        files = {kind: url for kind, url in told.items() if url}
        if not files:
            return Ended()
        named: dict[str, str] = {}
        for kind, url in files.items():
            found = failed_addresses(self._errors_file(str(url)), api.quote)
            if not found:  # it tells of rows, and not of which
                return Ended(failed=None)
            named |= dict.fromkeys(found, kind)
        return Ended(len(named), named, rows=max(len(keys), len(named)))


def _without_address(address: Any, contact: Attributes) -> Attributes:
    return contact
