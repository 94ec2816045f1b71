"""A HubSpot account: its settings, and the calls that its services share.

https://developers.hubspot.com/docs/api-reference/latest/overview
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from outhaul.config.settings import setting
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import classify
from outhaul.kit.api import Api, ApiAccount, address, certificates, deadline, object_of
from outhaul.kit.interface import Interface
from outhaul.kit.service import Bucket, Limits

# HubSpot supports a version for 18 months at least.
_VERSION = Interface("2026-09", date(2028, 3, 1), "install a newer version of outhaul")
CONTACTS = "0-1"
"""HubSpot's own id of the type of contacts."""
OBJECTS = f"/crm/objects/{_VERSION.version}"
LISTS = f"/crm/lists/{_VERSION.version}"

_MOST_INPUTS = 100
_MOST_BYTES = 3_000_000  # ours: no number is published
_SECONDS_OF_RATE = 10.0  # which HubSpot counts an app's requests of all kinds by


class HubSpotApi(Api):
    """One account's calls."""

    hints = {
        401: "check 'access_token'",
        403: "give the private app the scopes of this object and of lists",
    }

    def properties(self, object_type: str) -> dict[str, Any]:
        """The properties of a type of objects, by name."""
        path = f"/crm/properties/{_VERSION.version}/{path_part(object_type)}"
        found = self.find(path)
        if found is None:
            raise ConfigurationError(f"HubSpot has no objects '{object_type}'")
        return {each["name"]: each for each in found["results"]}

    def contact_ids(self, addresses: Sequence[str]) -> dict[str, Any]:
        """The id of the contact of each address, or None."""
        body = {
            "idProperty": "email",
            "inputs": [{"id": each} for each in addresses],
            "properties": ["email"],
            "propertiesWithHistory": [],
        }
        path = f"{OBJECTS}/contacts/batch/read"
        answer = self.call("POST", path, body, expected=(200, 207))
        found = {
            str(each["properties"]["email"]).lower(): str(each["id"])
            for each in answer["results"]
        }
        return {address: found.get(address) for address in addresses}

    def find_list(self, name: str) -> str | None:
        """The id of the list of contacts with this name, whose members may change."""
        path = f"{LISTS}/object-type-id/{CONTACTS}/name/{path_part(name)}"
        found = self._list(path)
        if found and found["processingType"] == "DYNAMIC":
            raise ConfigurationError(
                f"HubSpot decides who is on the list '{name}' by its filters: set"
                " 'list_name' to another one"
            )
        return str(found["listId"]) if found else None

    def list_name(self, list_id: str) -> str | None:
        """What the list of this id is called; None where there is none."""
        found = self._list(f"{LISTS}/{path_part(list_id)}")
        return str(found["name"]) if found else None

    def create_list(self, name: str) -> str:
        """Create a list of contacts whose members others decide."""
        body = {"objectTypeId": CONTACTS, "processingType": "MANUAL", "name": name}
        answer = self.call("POST", f"{LISTS}/", body, expected=(200, 201))
        return str(answer["list"]["listId"])

    def change_members(
        self, list_id: str, ids: Sequence[bytes], *, leave: bool
    ) -> set[str] | None:
        """The ids that no contact has any more; None where there is no such list."""
        act = "remove" if leave else "add"
        path = f"{LISTS}/{path_part(list_id)}/memberships/{act}"
        response = self.request("PUT", path, b"[" + b",".join(ids) + b"]")
        if response.status == 404:
            return None
        classify(response, hints=self.hints)
        return {str(each) for each in object_of(response)["recordIdsMissing"]}

    def write(self, object_type: str, act: str, inputs: Sequence[bytes]) -> Any:
        """Write objects; each is told from the others by its place.

        The answer, and whether it says that all were written.
        """
        traced = [
            b'{"objectWriteTraceId":"%d",' % place + each[1:]
            for place, each in enumerate(inputs)
        ]
        path = f"{OBJECTS}/{path_part(object_type)}/batch/{act}"
        body = b'{"inputs":[' + b",".join(traced) + b"]}"
        response = self.request("POST", path, body)
        classify(response, (200, 201, 207), self.hints)
        return object_of(response), response.status != 207

    def _list(self, path: str) -> dict[str, Any] | None:
        answer = self.find(path)
        found: dict[str, Any] | None = answer and answer["list"]
        return found


@dataclass(frozen=True)
class HubSpot(ApiAccount):
    """An account of HubSpot: objects of its CRM, and lists."""

    type = "hubspot"
    title = "HubSpot"
    interfaces = (_VERSION,)

    access_token: str = setting(
        "The access token of a private app.", secret=True, identifies=True
    )
    base_url: str = address("https://api.hubapi.com")
    requests_per_second: float = setting(
        "Requests a second; HubSpot takes 10 of a private app, in larger plans 19.",
        default=9.0,
        minimum=0.01,
        maximum=1_000,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()

    def validate(self) -> list[str]:
        return setting_problems(self, ["base_url"], ["access_token"])

    @cached_property
    def api(self) -> HubSpotApi:
        """The account's calls."""
        headers = {"Authorization": f"Bearer {self.access_token}"}
        return HubSpotApi(self.client(self.base_url, headers))

    @cached_property
    def limits(self) -> Limits:
        """The limits of a batch."""
        often = self.requests_per_second
        shared = Bucket.of_rate("requests", often, _SECONDS_OF_RATE)
        return Limits(_MOST_INPUTS, _MOST_BYTES, often, 4, buckets=(shared,))
