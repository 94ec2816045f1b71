"""The service `audience`: the members of a segment as a customer list.

https://learn.microsoft.com/en-us/advertising/campaign-management-service/customerlistuserdata
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.microsoft_ads.account import MicrosoftAds
from outhaul.errors import StopSync
from outhaul.kit.api import by_index, id_named
from outhaul.kit.audiences import Audience, audience_name, when_deleted
from outhaul.kit.columns import Values
from outhaul.kit.identifiers.formats import hashed_only
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Change, Outcome, Status


@dataclass(frozen=True)
class AudienceOptions:
    """What a diff may set for the service `audience`."""

    audience_name: str = audience_name("Microsoft")
    when_deleted: str = when_deleted()
    accept_terms: bool = setting(
        "Accept Microsoft's terms of customer match with each request; otherwise"
        " somebody has to accept them once in Microsoft's pages.",
        default=False,
    )
    hashed_only: bool = hashed_only()


class CustomerList(Audience):
    """Adds those who enter the segment to a customer list and removes who leave.

    Both directions can be repeated without harm.
    """

    name = "audience"
    title = "Customer list"
    Options: ClassVar[type] = AudienceOptions
    network = "microsoft"
    kinds: ClassVar[dict[str, str]] = {"email": "Email"}
    one_kind = True

    _account: MicrosoftAds

    def find(self) -> str | None:
        lists = self._account.api.lists()
        return id_named(lists, self._list_name, id="Id", key="Name")

    def name_of(self, list_id: str) -> str | None:
        lists = self._account.api.lists([list_id])
        return next((str(each["Name"]) for each in lists), None)

    def create(self) -> str:
        made = {
            "Type": "CustomerList",
            "Name": self._list_name,
            "Scope": "Account",
            "ParentId": self._account.account_id,
        }
        answer = self._account.api.call("POST", "/Audiences", {"Audiences": [made]})
        (created,) = answer.get("AudienceIds") or [None]
        if created is None:
            errors = [each for each in answer.get("PartialErrors") or () if each]
            reasons = "; ".join(str(each.get("Message")) for each in errors)
            text = self._account.api.quote(reasons)
            raise StopSync(f"{self.owns()} cannot be created: {text}")
        return str(created)

    def member(self, values: Values) -> Any:
        return values[0]

    def send(self, items: Collected) -> list[Outcome]:
        head: dict[str, Any] = {
            "AudienceId": self._list_id,
            "ActionType": (
                "Remove" if items[0].row.change is Change.REMOVED else "Add"
            ),
            "CustomerListItemSubType": self.schema[0],
        }
        if self._options.accept_terms:
            head["AcceptCustomerMatchTerm"] = True
        body = b'{"CustomerListUserData":%b,"CustomerListItems":[%b]}}' % (
            orjson.dumps(head)[:-1],
            b",".join(items.bodies),
        )
        answer = self._account.api.call("POST", "/CustomerListUserData/Apply", body)
        return self._outcomes(answer, len(items))

    def _outcomes(self, answer: dict[str, Any], rows: int) -> list[Outcome]:
        """An error names the item by its index; one that does not makes none taken."""
        if "PartialErrors" not in answer:
            return [Outcome(Status.UNKNOWN)] * rows
        errors = [each for each in answer["PartialErrors"] or () if each]
        found = by_index(errors, rows, lambda each: each.get("Index"))
        if found is None:
            return [Outcome(Status.SOME_FAILED)] * rows
        quote = self._account.api.quote
        return [
            Outcome(
                Status.REJECTED,
                str(each[0].get("ErrorCode") or "refused"),
                quote("; ".join(str(error.get("Message")) for error in each)),
            )
            if each
            else ACCEPTED
            for each in found
        ]
