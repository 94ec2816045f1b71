"""The services `list`, by an attribute of users, and `subscriptions`, by their groups.

https://www.braze.com/docs/api/endpoints/subscription_groups/post_update_user_subscription_group_status_v2
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.braze.account import Tracked
from outhaul.destinations.braze.attributes import KEY, ONLY_UPDATES, plan_names
from outhaul.errors import ConfigurationError
from outhaul.http.answers import classify
from outhaul.kit.api import object_of
from outhaul.kit.bodies import Body, Field
from outhaul.kit.consent import Consent, unsubscribe
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Fixed, Format
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, UNKNOWN, Change, Column, Kind, Outcome, Row

_SET = "/v2/subscription/status/set"
_MOST_USERS, _PER_SECOND = 50, 80.0  # of 5,000 requests a minute
_GROUP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class ListOptions:
    """What a diff may set for the service `list`."""

    attribute: str = setting(
        "The attribute that is true for members; default: the segment's name.",
        default="",
    )


@dataclass(frozen=True)
class SubscriptionsOptions:
    """What a diff may set for the service `subscriptions`."""

    subscription_group_id: str = setting(
        "The id of the subscription group, from Braze's page of these groups."
    )
    unsubscribe: bool = unsubscribe()


class Members(Tracked):
    """Tells who enters and who leaves, by external id; creates nobody."""

    consumes = frozenset({Change.INSERTED, Change.REMOVED})
    identity = "external_id"
    membership = True
    stage = 1
    own_fields: ClassVar[dict[str, Format]] = {"external_id": KEY.format}
    others = "is not sent"

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)
        self._bodies = {each: self.member(each) for each in self.consumes}

    @abstractmethod
    def member(self, change: Change) -> Body:
        """How a member is written who enters or leaves."""

    def plan(self, columns: Sequence[Column]) -> Plan:
        return Plan()

    def body(self, fields: Sequence[Field]) -> Body:
        return self._bodies[Change.INSERTED]

    def check(self, columns: Sequence[Column]) -> list[str]:
        notes = super().check(columns)
        unsent = [each.field for each in columns if each.field != "external_id"]
        return notes + [f"column '{field}' is not sent" for field in unsent]

    def encode(self, row: Row, found: Any = None) -> bytes:
        return self._bodies[row.change].one(row)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return self._bodies[rows[0].change].many(rows, found)


class UserList(Members):
    """Sets an attribute of users to true when they enter, and to false when they leave.

    The segment of Braze is then made there of those for whom it is true.
    """

    name = "list"
    title = "User list"
    kind = "attributes"
    Options: ClassVar[type] = ListOptions

    def owns(self) -> str:
        return f"attribute '{self._attribute}'"

    @property
    def _attribute(self) -> str:
        return self._options.attribute or self._activation.segment

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = super().plan(columns)
        plan_names(plan, [Column(self._attribute, "", Kind.BOOLEAN, "")])
        return plan

    def member(self, change: Change) -> Body:
        is_member = Fixed(change is not Change.REMOVED)
        return Body(
            KEY, [ONLY_UPDATES, Field("", self._attribute, is_member, sees_nulls=True)]
        )


class Subscriptions(Consent, Members):
    """CONSENT: subscribes those who enter the segment, and may unsubscribe leavers.

    The group must exist. People of the same address are changed together.
    """

    name = "subscriptions"
    title = "Subscription statuses"
    example_options: ClassVar[dict[str, str]] = {
        "subscription_group_id": "504e09e6-ffa4-4b31-96c3-c05d50d903cf"
    }
    Options: ClassVar[type] = SubscriptionsOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        if not _GROUP.fullmatch(options.subscription_group_id):
            raise ConfigurationError(
                f"model {activation.name}: meta.outhaul.subscription_group_id: is no id"
                " such as 504e09e6-ffa4-4b31-96c3-c05d50d903cf"
            )
        super().__init__(account, options, activation)

    def owns(self) -> str:
        return f"subscription group '{self._options.subscription_group_id}'"

    def limits(self, change: Change) -> Limits:
        often = min(_PER_SECOND, self._account.requests_per_second)
        return Limits(_MOST_USERS, self._account.limits.bytes, often, concurrency=2)

    def probed(self) -> tuple[str, bytes]:
        return _SET, b'{"subscription_groups":[]}'

    def member(self, change: Change) -> Body:
        return Body(KEY, shape=lambda external_id, others: external_id)

    def send(self, items: Collected) -> list[Outcome]:
        leave = items[0].row.change is Change.REMOVED
        group = {
            "subscription_group_id": self._options.subscription_group_id,
            "subscription_state": "unsubscribed" if leave else "subscribed",
            "external_ids": [orjson.Fragment(each) for each in items.bodies],
        }
        api = self._account.api
        response = api.request(
            "POST", _SET, orjson.dumps({"subscription_groups": [group]})
        )
        classify(response, (200, 201), api.hints)
        is_success = object_of(response).get("message") == "success"
        return [ACCEPTED if is_success else UNKNOWN] * len(items)
