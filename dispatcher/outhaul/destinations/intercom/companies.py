"""The service `companies`: by their ids, written one by one.

https://developers.intercom.com/docs/references/2.16/rest-api/api.intercom.io/companies
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.destinations.intercom.account import TEXT, TIME, plan_attributes
from outhaul.destinations.intercom.contacts import insert
from outhaul.errors import RowRefused
from outhaul.http.answers import classify, refuse_page
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Format, Id, Number
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, Change, Column, Outcome, Status

_ID = Id(255)
_MISSING = Outcome(Status.MISSING, "missing", "Intercom has no such company")
_OWN: dict[str, Format] = {
    **dict.fromkeys(("name", "plan", "website", "industry"), TEXT),
    **dict.fromkeys(("size", "monthly_spend"), Number()),
    "remote_created_at": TIME,
}


@dataclass(frozen=True)
class CompaniesOptions:
    """What a diff may set for the service `companies`."""

    insert: bool = insert()
    null_mode: str = null_mode()


class Companies(Records):
    """Writes attributes of companies; with `insert` it creates companies.

    Upserts by `company_id`, so a repeated request changes nothing. Without `insert`
    every id is looked up first. Intercom shows a company once a contact belongs to it.
    """

    name = "companies"
    title = "Companies"
    own_fields: ClassVar[dict[str, Format]] = _OWN
    others = "is written to the attribute of its name, which is created if missing"
    identity = "company_id"
    Options: ClassVar[type] = CompaniesOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self.lookup_limits = account.limits

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the attributes

    def needs_look_up(self, change: Change) -> bool:
        return not self._options.insert

    def look_up(self, rows: Rows) -> list[Any]:
        try:
            company_id = _ID.one("company_id", rows[0].values.get("company_id"))
        except RowRefused as refused:
            return [Outcome(Status.REJECTED, refused.code, str(refused))]
        api = self._account.api
        asked = {"company_id": company_id}
        response = api.request("GET", "/companies", params=asked)
        classify(response, (200, 404), api.hints)
        refuse_page(response)
        return [_MISSING if response.status == 404 else company_id]

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        others = [column for column in columns if column.field != "company_id"]
        plan_attributes(plan, others, _OWN, self._account.api.attributes("company"))
        return plan

    def create(self, missing: Missing) -> None:
        self._account.api.create_attribute("company", missing)

    def body(self, fields: Sequence[Field]) -> Body:
        mode = self._options.null_mode
        key = Field("company_id", "company_id", _ID)
        return Body(key, fields, mode, writes_nulls=mode == "empty")

    def send(self, items: Collected) -> list[Outcome]:
        item = items[0]
        if item.found is None and not self._options.insert:
            return [Outcome(Status.AGAIN)]
        self._account.api.call("POST", "/companies", item.body)
        return [ACCEPTED]
