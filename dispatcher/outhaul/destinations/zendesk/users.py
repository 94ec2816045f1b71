"""The service `users`: by jobs of 100, recognised by their addresses.

https://developer.zendesk.com/api-reference/ticketing/users/users/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.zendesk.account import ByZendeskJob, joined, plan_fields
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Email, Format, Id, Number, Text, Texts
from outhaul.kit.look_ups import ByAddress
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job
from outhaul.kit.values import folded
from outhaul.model import Change, Column, Kind, Outcome, Status

_MISSING = Outcome(Status.MISSING, "missing", "Zendesk has nobody of this address")
_OWN: dict[str, Format] = {
    "name": Id(255),
    **dict.fromkeys(("alias", "details", "locale", "notes"), Text()),
    **dict.fromkeys(("phone", "time_zone"), Text()),
    "external_id": Id(255),
    "organization_id": Number(),
    "tags": Texts(100, 255),
}
_FIELDS = "/api/v2/user_fields"


@dataclass(frozen=True)
class UsersOptions:
    """What a diff may set for the service `users`."""

    insert: bool = setting(
        "Create users that do not exist yet, which needs a column `name`; otherwise"
        " each address is looked up, one a request.",
        default=False,
    )
    null_mode: str = null_mode()


class Users(ByAddress, ByZendeskJob):
    """Writes attributes of users; with `insert` it creates users.

    Upserts by e-mail address, so a repeated request changes nothing. A field that
    Zendesk lacks is created. Roles are not written.
    """

    name = "users"
    title = "Users"
    own_fields: ClassVar[dict[str, Format]] = _OWN
    others = "is written to the field of its name, which is created if missing"
    example_columns: ClassVar[dict[str, Kind]] = {"name": Kind.TEXT}
    Options: ClassVar[type] = UsersOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.lookup_limits

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        why = "which Zendesk asks of every new user"
        is_new = options is not None and options.insert
        return super().required(options) | ({"name": why} if is_new else {})

    def needs_look_up(self, change: Change) -> bool:
        return not self._options.insert

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        if any(column.field == "role" for column in columns):
            plan.problems.append("'role' is not written: it would make agents of users")
        others = [column for column in columns if column.field != "email"]
        customs = self._account.api.fields(_FIELDS, "user_fields")
        plan_fields(plan, others, _OWN, customs, "user_fields")
        return plan

    def create(self, missing: Missing) -> None:
        self._account.api.create_field(_FIELDS, "user_field", missing)

    def body(self, fields: Sequence[Field]) -> Body:
        mode = self._options.null_mode
        return Body(
            Field("email", "email", Email()),
            fields,
            mode,
            writes_nulls=mode == "empty",
            whom=lambda email, found: {"id": found},
        )

    def search(
        self, addresses: Sequence[str], rows: Sequence[Any]
    ) -> Mapping[str, Any]:
        [email] = addresses
        asked = {"query": f'email:"{email}"'}
        answer = self._account.api.call("GET", "/api/v2/users/search", params=asked)
        found = [
            each for each in answer["users"] if folded(str(each["email"])) == email
        ]
        return {email: found[0]["id"] if found else None}

    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        return _MISSING if record is None else record

    def write(self, items: Collected) -> Job:
        body = orjson.dumps({"users": joined(items.bodies)})
        if self._options.insert:
            path = "/api/v2/users/create_or_update_many"
            return self._account.api.start("POST", path, body)
        return self._account.api.start("PUT", "/api/v2/users/update_many", body)
