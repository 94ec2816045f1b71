"""A project at Iterable: its settings, and what its services share.

https://api.iterable.com/api/docs
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import StopSync
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import classify
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline, object_of
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import Ended, outcomes_of
from outhaul.kit.look_ups import ByAddress
from outhaul.kit.service import Limits
from outhaul.kit.values import folded
from outhaul.model import Outcome, Status

_MOST_BYTES = 3_500_000  # of 4 MB
_MISSING = Outcome(Status.MISSING, "missing", "Iterable has no user of this address")


class IterableApi(Api):
    """One project's calls."""

    hints = {401: "check 'api_key'", 403: "use a key of the server side"}

    def fields(self) -> dict[str, str]:
        """The types of the fields of users, by name."""
        found: dict[str, str] = self.call("GET", "/api/users/getFields")["fields"]
        return found

    def user(self, address: str) -> dict[str, Any] | None:
        """The user of an address, or None."""
        path = f"/api/users/{path_part(address)}"
        response = self.request("GET", path, shown="/api/users/…")
        classify(response, hints=self.hints)
        found: dict[str, Any] | None = object_of(response).get("user")
        return found

    def lists(self) -> dict[str, str]:
        """The names of the static lists, by id."""
        return {
            str(each["id"]): str(each["name"])
            for each in self.call("GET", "/api/lists")["lists"]
            if each["listType"] == "Standard"
        }

    def create_list(self, name: str) -> str:
        """Create a static list; its id."""
        return str(self.call("POST", "/api/lists", {"name": name})["listId"])

    def write(self, path: str, body: bytes, addresses: Sequence[str]) -> list[Outcome]:
        """Change users, of whom an answer names those that it failed for."""
        answer = self.call("POST", path, body)
        if lost := answer.get("filteredOutFields"):
            raise StopSync(
                f"Iterable took no values of the fields: {', '.join(map(str, lost))}."
                " Allow them in the project, or leave the columns out",
                outcome_unknown=True,
            )
        lists: Mapping[str, Any] = {**answer, **(answer.get("failedUpdates") or {})}
        named = {
            folded(str(each)): kind
            for kind, found in lists.items()
            if kind.endswith("Emails")
            for each in found or ()
        }
        ended = Ended(answer.get("failCount"), named, rows=len(addresses))
        outcomes = outcomes_of(addresses, ended)
        return [
            _MISSING if named.get(each) == "notFoundEmails" else outcome
            for each, outcome in zip(addresses, outcomes, strict=True)
        ]


@dataclass(frozen=True)
class Iterable(ApiAccount):
    """A project of Iterable: users and lists."""

    type = "iterable"
    title = "Iterable"
    interfaces = (Interface("v1"),)

    api_key: str = setting(
        "An API key of the server side.", secret=True, identifies=True
    )
    base_url: str = address("https://api.iterable.com")
    rows_per_request: int = setting(
        "Users in one request, at most.", default=1_000, minimum=1, maximum=5_000
    )
    writes_per_second: float = setting(
        "Requests that write, a second; Iterable takes 5.",
        default=4.0,
        minimum=0.01,
        maximum=1_000,
    )
    lookups_per_second: float = setting(
        "Look-ups a second, of one user each.",
        default=50.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["api_key"])

    @cached_property
    def api(self) -> IterableApi:
        """The project's calls."""
        return IterableApi(self.client(self.base_url, {"Api-Key": self.api_key}))

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests that write."""
        often = self.writes_per_second
        return Limits(self.rows_per_request, _MOST_BYTES, often, 2)

    @cached_property
    def lookup_limits(self) -> Limits:
        """The limits of look-ups."""
        often = self.lookups_per_second
        return replace(self.limits, rows=1, per_second=often, concurrency=4)


class Users(ByAddress):
    """A service that looks users up, one a request."""

    _account: Iterable

    def search(self, addresses: Sequence[str], rows: Sequence[Any]) -> dict[str, Any]:
        (address,) = addresses
        return {address: self._account.api.user(address)}

    def _found(self, address: str, record: Any, *, leave: bool) -> Any:
        return _MISSING if record is None else address
