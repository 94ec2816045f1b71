"""The service `members`: fields of the members of the audience.

https://mailchimp.com/developer/marketing/api/list-members/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.mailchimp.account import Mailchimp, member_path
from outhaul.kit.api import object_of
from outhaul.kit.bodies import Attributes, Body, Field, null_mode
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Day, Email, Format, Json, Number, Text
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.values import folded
from outhaul.model import ACCEPTED, Column, Kind, Outcome, Status

_FORMATS: dict[str, Format] = {"number": Number(), "date": Day(), "address": Json()}
_KINDS = {
    "number": (Kind.INTEGER, Kind.NUMBER),
    "date": (Kind.DATE, Kind.TIMESTAMP),
}
"""What columns of such a field have to be."""
_MISSING = Outcome(
    Status.MISSING, "missing", "the audience has no member of this address"
)


@dataclass(frozen=True)
class MembersOptions:
    """What a diff may set for the service `members`."""

    insert: bool = setting(
        "Create members that do not exist yet; otherwise only update those that do.",
        default=False,
    )
    new_status: str = setting(
        "With `insert`: what a new member is. `transactional` gets no campaign;"
        " `pending` is asked by Mailchimp; `subscribed` gave consent to you.",
        default="transactional",
        choices=("transactional", "pending", "subscribed", "unsubscribed"),
    )
    null_mode: str = null_mode()


class Members(Records):
    """Writes fields of members; those that are not selected stay untouched.

    Recognises members by e-mail address, each by a request of its own: so nobody's
    subscription is changed, and a repeated request changes nothing.
    """

    name = "members"
    title = "Members"
    identity = "email"
    others = "is written to the field with its name as tag, which has to exist"
    example_columns: ClassVar[dict[str, Kind]] = {"fname": Kind.TEXT}
    Options: ClassVar[type] = MembersOptions

    _account: Mailchimp

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the fields

    def plan(self, columns: Sequence[Column]) -> Plan:
        known = {
            str(each["tag"]): str(each["type"])
            for each in self._account.api.listed("/merge-fields", "merge_fields")
        }
        plan = Plan()
        for column in (each for each in columns if each.field != "email"):
            tag = column.field.upper()
            kind = known.get(tag, "")
            if not kind:
                plan.problems.append(
                    f"the audience has no field with the tag '{tag}': create it in"
                    f" Mailchimp, or map '{column.field}' by 'fields'"
                )
            elif column.kind not in _KINDS.get(kind, (column.kind,)):
                plan.problems.append(
                    f"'{column.field}' is {column.data_type}, and the field {tag} is of"
                    f" type {kind}: cast it in the select"
                )
            elif plan.takes(column, tag, "field", "Mailchimp"):
                shown = _FORMATS.get(kind, Text())
                field = Field(column.field, tag, shown, "merge_fields", "")
                plan.fields.append(field)
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        key = Field("email", "email_address", Email())
        return Body(key, fields, self._options.null_mode, shape=self._shape)

    def send(self, items: Collected) -> list[Outcome]:
        (address,) = items.rows.column("email")
        path = member_path(folded(address))
        method = "PUT" if self._options.insert else "PATCH"
        answer = self._account.api.ask(
            method, path, items.bodies[0], expected=(200, 404)
        )
        object_of(answer)
        return [ACCEPTED if answer.status == 200 else _MISSING]

    def _shape(self, address: Any, values: Attributes) -> Attributes:
        if not self._options.insert:
            return values
        status = {"status_if_new": self._options.new_status}
        return {"email_address": address, **status, **values}
