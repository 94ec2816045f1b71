"""An account of Meta Ads: its settings, and the calls that its services share.

What went wrong is told by a code in the answer, more than by its status:
https://developers.facebook.com/docs/marketing-api/error-reference
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import DestinationError, OutcomeUnknown, StopSync, Throttled
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import Response, wait_of
from outhaul.kit.account import real_clock
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline, object_of
from outhaul.kit.interface import Interface

VERSION = "v26.0"
_THROTTLED = frozenset({4, 17, 32, 613, *range(80000, 80015)})
_PASSING = frozenset({1, 2, 5000})
# Tokens, permissions, terms that nobody accepted, audiences that are closed or gone.
_STOPS = frozenset({10, 102, 105, 190, 2650, 2655, 1487366, *range(200, 300)})
_GONE = frozenset({2650, 1487366})
_NO_OBJECT = (100, 33)
_NO_FLAGS = (100, 1713230)
_ENTRIES = "100"  # of a page


class MetaApi(Api):
    """One account's calls."""

    hints = {
        401: "check 'access_token'",
        403: "the token lacks a permission: ads_management",
    }
    root = f"/{VERSION}"

    def read(
        self, response: Response, expected: Collection[int] = (200,)
    ) -> dict[str, Any]:
        """The object of an answer. Raises what the code of an error means."""
        if response.status != 200 and (error := _error_of(response)):
            raise error
        return super().read(response, expected)

    def audiences(self, account_id: str) -> Iterator[Mapping[str, Any]]:
        """The custom audiences of an ad account, each with `id` and `name`."""

        def following(answer: dict[str, Any]) -> str:
            paging = answer.get("paging") or {}
            return str(paging["cursors"]["after"]) if "next" in paging else ""

        return self.pages(
            f"/act_{path_part(account_id)}/customaudiences",
            {"fields": "id,name", "limit": _ENTRIES},
            entries="data",
            following=following,
            parameter="after",
        )

    def name_of(self, id: str) -> str | None:
        """What an object is called; None where there is none of this id."""
        path = f"/{path_part(id)}"
        response = self.request("GET", path, params={"fields": "name"})
        if response.status in (400, 404) and _is_gone(*_codes(response)):
            return None
        return str(self.read(response)["name"])


@dataclass(frozen=True)
class Meta(ApiAccount):
    """An account of Meta Ads: custom audiences, and conversions."""

    type = "meta"
    title = "Meta Ads"
    interfaces = (Interface(VERSION),)

    access_token: str = setting(
        "An access token, best of a system user: it lasts. It needs the permission"
        " `ads_management`.",
        secret=True,
    )
    ad_account_id: str = setting(
        "The ad account of audiences, the digits behind `act_`.",
        default="",
        identifies=True,
    )
    dataset_id: str = setting(
        "The dataset (pixel) of conversions.", default="", identifies=True
    )
    base_url: str = address("https://graph.facebook.com")
    requests_per_second: float = setting(
        "Requests a second; what Meta takes depends on the account.",
        default=2.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["access_token"])

    @cached_property
    def api(self) -> MetaApi:
        """The account's calls."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return MetaApi(self.client(self.base_url, headers))


def _codes(response: Response) -> tuple[int, int]:
    """The code of an error and its subcode; 0 where it has none."""
    try:
        error = object_of(response).get("error")
    except DestinationError:
        return 0, 0
    found = error if isinstance(error, dict) else {}
    code, subcode = found.get("code"), found.get("error_subcode")
    return (
        code if isinstance(code, int) else 0,
        subcode if isinstance(subcode, int) else 0,
    )


def _is_gone(code: int, subcode: int) -> bool:
    return (code, subcode) == _NO_OBJECT or code in _GONE or subcode in _GONE


def _error_of(response: Response) -> DestinationError | None:
    code, subcode = _codes(response)
    text = response.describe()
    error: DestinationError | None = None
    if code in _THROTTLED:
        error = Throttled(text, after=wait_of(response))
    elif code in _PASSING:
        error = OutcomeUnknown(text, after=wait_of(response))
    elif _is_gone(code, subcode):
        error = StopSync(f"{text} (what it was sent to is gone)")
    elif code in _STOPS or (code, subcode) == _NO_FLAGS:
        error = StopSync(text)
    if error is not None:
        error.code = f"meta_{code}"
    return error
