"""The service `attributes`: fields of users, with `insert` also new users.

https://api.iterable.com/api/docs#users_bulkUpdateUser
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.iterable.account import Users
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Boolean, Email, Format, Json, Number, Text
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation
from outhaul.model import Change, Column, Kind, Outcome

_FORMATS: dict[str, Format] = {
    "string": Text(),
    "boolean": Boolean(),
    **dict.fromkeys(("long", "double"), Number()),
}
_NUMBERS, _TIMES = (Kind.INTEGER, Kind.NUMBER), (Kind.DATE, Kind.TIMESTAMP)
_KINDS = {
    **dict.fromkeys(("long", "double"), _NUMBERS),
    "boolean": (Kind.BOOLEAN,),
    "date": _TIMES,
}
"""What columns of such a field have to be; its type cannot change."""


@dataclass(frozen=True)
class AttributesOptions:
    """What a diff may set for the service `attributes`."""

    insert: bool = setting(
        "Create users that do not exist yet; otherwise only update those that do,"
        " which are looked up one by one.",
        default=False,
    )
    null_mode: str = null_mode(empty="writes null")


class Attributes(Users, Records):
    """Writes fields of users; those that are not selected stay untouched.

    Recognises users by e-mail address, so a repeated request changes nothing. A
    column that is no field yet becomes one.
    """

    name = "attributes"
    title = "Attributes"
    others = "is written to the field of its name, which is created if missing"
    Options: ClassVar[type] = AttributesOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.lookup_limits
        self._new: list[str] = []

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the fields

    def needs_look_up(self, change: Change) -> bool:
        return not self._options.insert

    def plan(self, columns: Sequence[Column]) -> Plan:
        known = self._account.api.fields()
        plan = Plan()
        names = [each.field for each in columns if each.field != "email"]
        self._new = [name for name in names if name not in known]
        for column in (each for each in columns if each.field != "email"):
            kind = known.get(column.field, "")
            if column.kind not in _KINDS.get(kind, (column.kind,)):
                plan.problems.append(
                    f"'{column.field}' is {column.data_type}, and the field is of type"
                    f" {kind}, which cannot change: cast it in the select"
                )
                continue
            shown = _FORMATS.get(kind, Json())
            plan.fields.append(Field(column.field, column.field, shown, "dataFields"))
        return plan

    def check(self, columns: Sequence[Column]) -> list[str]:
        notes = super().check(columns)
        return notes + [f"field '{name}' will be created" for name in self._new]

    def body(self, fields: Sequence[Field]) -> Body:
        key, mode = Field("email", "email", Email()), self._options.null_mode
        return Body(key, fields, mode, writes_nulls=mode == "empty")

    def write(self, items: Collected) -> list[Outcome]:
        users = b",".join(items.bodies)
        body = b'{"createNewFields":true,"users":[' + users + b"]}"
        addresses = items.rows.addresses()
        return self._account.api.write("/api/users/bulkUpdate", body, addresses)
