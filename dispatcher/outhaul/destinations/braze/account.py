"""A workspace of Braze: its settings, and the calls that its services share.

https://www.braze.com/docs/api/endpoints/user_data/post_user_track
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.http.addresses import setting_problems
from outhaul.http.answers import Response, classify
from outhaul.kit.account import real_clock
from outhaul.kit.api import (
    Api,
    ApiAccount,
    by_index,
    certificates,
    deadline,
    object_of,
    probe,
)
from outhaul.kit.records import Probed
from outhaul.kit.rows import Collected
from outhaul.kit.service import Limits
from outhaul.model import ACCEPTED, Outcome, Status

LONGEST_ID = 997
LONGEST_ROW = 100_000  # bytes of one object
_MOST_ROWS, _MOST_BYTES = 75, 3_900_000
_MOST_IN_BULK, _MOST_BYTES_IN_BULK = 1_000, 1_900_000


class BrazeApi(Api):
    """One workspace's calls."""

    hints = {
        401: "check 'api_key', and that 'base_url' is that of your instance",
        403: "the key lacks the permission; see the page of this destination",
        404: "check 'base_url', which differs from instance to instance",
    }

    def track(self, path: str, kind: str, bodies: Sequence[bytes]) -> list[Outcome]:
        """Write objects of a kind; an error names its object by its index."""
        body = b'{"%b":[%b]}' % (kind.encode(), b",".join(bodies))
        response = self.request("POST", path, body)
        classify(response, (200, 201), self.hints)
        answer = object_of(response)
        errors = answer.get("errors") or []
        found = by_index(errors, len(bodies), lambda each: _index_of(each, kind))
        is_success = answer.get("message") == "success"
        if found is None or not is_success:
            # An error that names no object makes none accepted.
            return [Outcome(Status.SOME_FAILED)] * len(bodies)
        return [_outcome(response, each) for each in found]


@dataclass(frozen=True)
class Braze(ApiAccount):
    """A workspace of Braze: users, events and subscription groups."""

    type = "braze"
    title = "Braze"

    api_key: str = setting(
        "A REST API key with the permission `users.track`, for `bulk` also"
        " `users.track.bulk`, and for `subscriptions` `subscription.status.set`.",
        secret=True,
        identifies=True,
    )
    base_url: str = setting(
        "The REST endpoint of your instance, such as `https://rest.fra-01.braze.eu`.",
        identifies=True,
    )
    bulk: bool = setting(
        "Write attributes and events by `/users/track/bulk`, 1,000 a request instead of"
        " 75; Braze works these off after all others at busy times.",
        default=False,
    )
    requests_per_second: float = setting(
        "Requests a second; Braze takes 1,000 in most contracts, and 50 in bulk.",
        default=50.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["api_key"])

    @cached_property
    def api(self) -> BrazeApi:
        """The workspace's calls."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        return BrazeApi(self.client(self.base_url, headers))

    @property
    def track_path(self) -> str:
        """Where attributes and events go."""
        return "/users/track/bulk" if self.bulk else "/users/track"

    @cached_property
    def limits(self) -> Limits:
        """The limits of attributes and of events."""
        rows, size = _MOST_ROWS, _MOST_BYTES
        if self.bulk:
            rows, size = _MOST_IN_BULK, _MOST_BYTES_IN_BULK
        return Limits(rows, size, self.requests_per_second, concurrency=4)


class Tracked(Probed):
    """A service that writes objects of users; `kind`: what requests call them."""

    kind: str
    _account: Braze

    def ask_for_access(self) -> None:
        path, empty = self.probed()
        probe(self._account.api, path, empty, self._account.api.hints)

    def probed(self) -> tuple[str, bytes]:
        """A request without rows: its path and its body."""
        return self._account.track_path, b'{"%b":[]}' % self.kind.encode()

    def send(self, items: Collected) -> list[Outcome]:
        account = self._account
        return account.api.track(account.track_path, self.kind, items.bodies)


def _index_of(error: Any, kind: str) -> Any:
    is_ours = isinstance(error, dict) and error.get("input_array") == kind
    return error.get("index") if is_ours else None


def _outcome(response: Response, errors: Sequence[Any]) -> Outcome:
    if not errors:
        return ACCEPTED
    reasons = "; ".join(str(each.get("type")) for each in errors)
    return Outcome(Status.REJECTED, "refused", response.quote(reasons))
