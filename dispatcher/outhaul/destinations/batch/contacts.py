"""The service `contacts`: custom attributes of an app's users (MEP).

https://doc.batch.com/developer/api/mep/custom-data/post-bulk
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.batch.account import BatchAccount
from outhaul.destinations.batch.attributes import LONGEST_ID, Form, plan_attributes
from outhaul.errors import (
    ConfigurationError,
    DestinationError,
    NotSent,
    OutcomeUnknown,
    RequestRefused,
    RequestTooLarge,
    StopSync,
    Throttled,
)
from outhaul.http.answers import classify, json_of
from outhaul.http.client import HttpClient
from outhaul.kit.api import probe
from outhaul.kit.bodies import Attributes, Body, Field
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Id
from outhaul.kit.records import Probed
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Limits
from outhaul.model import ACCEPTED, Change, Column, Outcome

# The vendor tells no limit in bytes.
_MOST_BYTES = 2_000_000
# The one that decides what happens next, where platforms answer differently.
_PRESSING = (
    StopSync,
    OutcomeUnknown,
    RequestTooLarge,
    RequestRefused,
    Throttled,
    NotSent,
)


@dataclass(frozen=True)
class ContactsOptions:
    """What a diff may set for the service `contacts`."""

    insert: bool = setting(
        "Must stay `false`: this API never creates users; those that no app knows are"
        " silently passed over.",
        default=False,
    )
    lowercase: bool = setting(
        "Send ids in lower case, for apps that set them like that.", default=False
    )
    truncate: bool = setting(
        "Cut texts off at 64 characters instead of refusing the row.", default=False
    )


class Contacts(Probed):
    """Writes custom attributes of users that the apps know; creates none.

    Each request is made once for every platform that has a key, and repeating one
    changes nothing. Batch answers that it took the rows, never what became of one:
    accepted means taken by all platforms. A request that fails at one of them is
    repeated at that one alone, as long as the sync lasts.
    """

    name = "contacts"
    title = "Contacts (MEP)"
    identity = "custom_id"
    others = "becomes an attribute"
    null = "deletes the attribute"
    partly_applies = True  # at one platform while another one refuses
    Options: ClassVar[type] = ContactsOptions

    def __init__(
        self, account: BatchAccount, options: ContactsOptions, activation: Activation
    ) -> None:
        if options.insert:
            raise ConfigurationError(
                f"{activation.name}: 'insert: true' is not possible: the Custom Data"
                " API of Batch only updates users that an app has identified; the"
                " service 'profiles' creates profiles"
            )
        if not account.apps:
            raise ConfigurationError(
                f"{activation.name}: the service 'contacts' of Batch sends to apps: set"
                " 'ios_key', 'android_key' or 'web_key' of the destination"
            )
        super().__init__(account, options, activation)
        self._taken: defaultdict[str, set[int]] = defaultdict(set)
        self.request_seconds = account.request_seconds * len(account.apps)
        self.requests_per_send = len(account.apps)

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return len(self._account.apps) if self._account.probe else 0

    def limits(self, change: Change) -> Limits:
        account = self._account
        return Limits(
            account.users_per_request, _MOST_BYTES, account.requests_per_second
        )

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        others = [column for column in columns if column.field != self.identity]
        plan_attributes(plan, others, Form.mep(is_cut=self._options.truncate))
        if not others:
            plan.problems.append("there is no column besides 'custom_id'")
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        key = Field(
            "custom_id", "id", Id(LONGEST_ID, in_lower_case=self._options.lowercase)
        )
        return Body(key, fields, writes_nulls=True, shape=_update)

    def ask_for_access(self) -> None:
        if self._account.probe:
            for platform, app in self._account.apps.items():
                probe(app, "/data/users", b"[]", _hints(platform))

    def send(self, items: Collected) -> list[Outcome]:
        errors: list[DestinationError] = []
        done: list[tuple[set[int], Collected]] = []
        for platform, app in self._account.apps.items():
            taken = self._taken[platform]
            waiting = items
            if taken:
                positions = enumerate(items.positions)
                waiting = items.picked(n for n, seq in positions if seq not in taken)
            if not waiting:
                continue
            try:
                _post(platform, app, waiting)
            except DestinationError as error:
                errors.append(error)
            else:
                done.append((taken, waiting))
        if errors:
            for taken, waiting in done:
                taken.update(waiting.positions)
            raise _most_pressing(errors)
        for taken in filter(None, self._taken.values()):
            taken.difference_update(items.positions)
        return [ACCEPTED] * len(items)


def _update(user: str, attributes: Attributes) -> Attributes:
    # `overwrite: true` would delete every attribute that is not selected.
    return {"id": user, "update": {"overwrite": False, "values": attributes}}


def _hints(platform: str) -> dict[int, str]:
    """What the user can do about an answer."""
    keys = f"check 'rest_api_key' and '{platform}_key' of this destination"
    return {400: f"from the app for {platform}", 401: keys, 403: keys, 404: keys}


def _post(platform: str, app: HttpClient, items: Collected) -> None:
    body = b"[" + b",".join(items.bodies) + b"]"
    response = app.request("POST", "/data/users", body=body)
    classify(response, (200, 201, 202, 204), _hints(platform))
    if response.body.strip():
        json_of(response)


def _most_pressing(errors: Sequence[DestinationError]) -> DestinationError:
    first = min(
        errors,
        key=lambda error: [isinstance(error, kind) for kind in _PRESSING].index(True),
    )
    is_open = any(isinstance(error, OutcomeUnknown) for error in errors)
    if isinstance(first, StopSync) and is_open:
        return StopSync(str(first), outcome_unknown=True)
    return first
