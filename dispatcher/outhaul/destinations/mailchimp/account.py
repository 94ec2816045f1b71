"""An audience at Mailchimp: its settings, and the calls that its services share.

https://mailchimp.com/developer/marketing/docs/fundamentals/
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import Throttled
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import Response, classify
from outhaul.kit.api import Api, ApiAccount, certificates, deadline, object_of
from outhaul.kit.interface import Interface
from outhaul.kit.service import Limits

_PER_PAGE = 1_000
_MOST_BYTES = 1_000_000
# Mailchimp takes 10 requests at once, from all programs together.
_AT_ONCE = 8


class MailchimpApi(Api):
    """The calls of one audience; paths begin there."""

    hints = {401: "check 'api_key'", 403: "the user of 'api_key' may not do this"}

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        expected: Collection[int] = (200,),
    ) -> Response:
        """A request whose path, which may hold the hash of an address, is not shown."""
        response = self.request(method, path, body, shown=path.partition("/members")[0])
        if response.status == 403 and response.body.lstrip()[:1] == b"<":
            # Where there are too many requests, a gateway answers with a page.
            raise Throttled(response.describe())
        classify(response, expected, self.hints)
        return response

    def listed(self, path: str, entries: str) -> Iterator[dict[str, Any]]:
        """What a call lists, over all pages."""
        return self.all(path, entries=entries, size=_PER_PAGE, sizes="count")

    def member(self, address: str) -> dict[str, Any] | None:
        """The member of an address, or None."""
        response = self.ask("GET", member_path(address), expected=(200, 404))
        found = object_of(response)
        return found if response.status == 200 else None

    def find_tag(self, name: str) -> str | None:
        """The id of the tag with exactly this name."""
        for each in self.listed("/segments", "segments"):
            if each["name"] == name and each["type"] == "static":
                return str(each["id"])
        return None

    def tag_name(self, tag_id: str) -> str | None:
        """What the tag of this id is called; None where there is none."""
        path = f"/segments/{path_part(tag_id)}"
        response = self.ask("GET", path, expected=(200, 404))
        found = object_of(response)
        return str(found["name"]) if response.status == 200 else None

    def create_tag(self, name: str) -> str:
        """Create a tag that nobody has yet."""
        body = {"name": name, "static_segment": []}
        return str(self.call("POST", "/segments", body)["id"])


def member_path(address: str) -> str:
    """Where the member of an address is found."""
    digest = hashlib.md5(address.lower().encode(), usedforsecurity=False)
    return f"/members/{digest.hexdigest()}"


@dataclass(frozen=True)
class Mailchimp(ApiAccount):
    """An audience of Mailchimp: its members, and their tags."""

    type = "mailchimp"
    title = "Mailchimp"
    interfaces = (Interface("3.0"),)

    api_key: str = setting(
        "An API key; what follows its last `-` is the data centre, such as `us21`.",
        secret=True,
        identifies=True,
    )
    audience_id: str = setting(
        "The id of the audience, which Mailchimp also calls list.", identifies=True
    )
    base_url: str = setting(
        "The address of the API; default: that of the key's data centre.",
        default="",
        identifies=True,
    )
    requests_per_second: float = setting(
        "Requests a second; Mailchimp limits those that are made at once to 10.",
        default=8.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        if not self.base_url and not self.api_key.rpartition("-")[0]:
            return ["'api_key' does not end in '-' and a data centre: set 'base_url'"]
        names = ["base_url"] if self.base_url else []
        return setting_problems(self, names, ["api_key"])

    def secret_texts(self) -> Iterator[str]:
        yield from super().secret_texts()
        yield self._credentials

    @property
    def _credentials(self) -> str:
        return base64.b64encode(f"outhaul:{self.api_key}".encode()).decode()

    @cached_property
    def api(self) -> MailchimpApi:
        """The audience's calls."""
        centre = self.api_key.rpartition("-")[2]
        url = self.base_url or f"https://{centre}.api.mailchimp.com/3.0"
        audience = f"{url.rstrip('/')}/lists/{path_part(self.audience_id)}"
        headers = {"Authorization": f"Basic {self._credentials}"}
        return MailchimpApi(self.client(audience, headers))

    @cached_property
    def limits(self) -> Limits:
        """The limits of requests about one member."""
        return Limits(1, _MOST_BYTES, self.requests_per_second, _AT_ONCE)
