"""A Brevo account: its settings, and the calls that its services share.

https://developers.brevo.com/docs/api-limits
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from outhaul.config.settings import setting
from outhaul.http.addresses import path_part, setting_problems
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline, id_named
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import first_look, longest_wait
from outhaul.kit.service import Limits

_MOST_BYTES = 7_500_000  # of 10 MB; Brevo advises 8
_PER_PAGE = 50


class BrevoApi(Api):
    """One account's calls."""

    hints = {401: "check 'api_key'", 403: "the key may not do this"}

    def find_list(self, name: str) -> str | None:
        """The id of the list with exactly this name."""
        lists = self.all("/contacts/lists", entries="lists", size=_PER_PAGE)
        return id_named(lists, name)

    def list_name(self, list_id: str) -> str | None:
        """What the list of this id is called; None where there is none."""
        found = self.find(f"/contacts/lists/{path_part(list_id)}")
        return None if found is None else str(found["name"])

    def create_list(self, name: str, folder: str) -> str:
        """Create a list in a folder, which is created too where it is missing."""
        found = self.all("/contacts/folders", entries="folders", size=_PER_PAGE)
        folder_id = next((each["id"] for each in found if each["name"] == folder), None)
        if folder_id is None:
            made = self.call(
                "POST", "/contacts/folders", {"name": folder}, expected=(201,)
            )
            folder_id = made["id"]
        body = {"name": name, "folderId": folder_id}
        return str(self.call("POST", "/contacts/lists", body, expected=(201,))["id"])


@dataclass(frozen=True)
class Brevo(ApiAccount):
    """An account of Brevo: contacts and lists."""

    type = "brevo"
    title = "Brevo"
    interfaces = (Interface("v3"),)

    api_key: str = setting("An API key of version 3.", secret=True, identifies=True)
    base_url: str = address("https://api.brevo.com/v3")
    folder: str = setting(
        "The folder that lists are created in; it is created where it is missing.",
        default="outhaul",
    )
    rows_per_request: int = setting(
        "Contacts in one import, at most.", default=5_000, minimum=1, maximum=50_000
    )
    requests_per_second: float = setting(
        "Requests a second; Brevo takes 10 about contacts.",
        default=8.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    poll_seconds: float = first_look()
    poll_timeout_seconds: float = longest_wait()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["api_key"])

    @cached_property
    def api(self) -> BrevoApi:
        """The account's calls."""
        return BrevoApi(self.client(self.base_url, {"api-key": self.api_key}))

    @cached_property
    def limits(self) -> Limits:
        """The limits of imports."""
        often = self.requests_per_second
        return Limits(self.rows_per_request, _MOST_BYTES, often, 2)
