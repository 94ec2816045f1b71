"""The calls to Splio's REST API, each one request, under a token of 24 hours.

https://dev-scp.splio.com/reference
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from outhaul.errors import OutcomeUnknown, Refusal, RequestRefused
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, classify, json_of, refuse_page
from outhaul.http.client import HttpClient
from outhaul.kit.api import Api
from outhaul.kit.login import Token, TokenRequest
from outhaul.model import ACCEPTED, UNKNOWN, Outcome, Status

# A token lasts a day; it is used an hour less.
_TOKEN_SECONDS = 23 * 3600.0

NOT_THERE = Outcome(Status.MISSING, "not_found", "Splio has no such contact")
EXISTS, IS_NEW = "exists", "is new"
"""What an answer says of a contact, so that it is sent again the other way."""
TO_UPDATE = Outcome(Status.AGAIN, found=EXISTS)
TO_CREATE = Outcome(Status.AGAIN, found=IS_NEW)

_PER_PAGE = 1_000
_HINTS = {401: "check 'api_key'", 403: "the API key may not do this"}
_ROW = re.compile(r"contacts\[(\d+)\]")


class Custom(NamedTuple):
    """A custom field; `type` is empty where the listing does not tell it."""

    name: str
    type: str
    id: int | None = None


def log_in(client: HttpClient, api_key: str) -> Token:
    """A token of a universe, asked for by its API key."""
    body = orjson.dumps({"api_key": api_key})
    headers = {"Content-Type": "application/json"}
    asks = TokenRequest("/authenticate", body, headers, "token", _TOKEN_SECONDS)
    return Token(client, asks, _HINTS[401])


class SplioApi(Api):
    """The calls of one universe."""

    hints = _HINTS

    def unique_key(self) -> str:
        """The field that the universe recognises contacts by."""
        return str(self.call("GET", "/universes/unique-key").get("unique_key"))

    def custom_fields(self) -> list[Custom]:
        """The custom fields of contacts, over all pages."""
        found: dict[str, Custom] = {}
        for page in itertools.count(1):
            path = f"/data/fields/contacts?per_page={_PER_PAGE}&page_number={page}"
            answer = self.call("GET", path)
            elements = answer.get("elements")
            if not isinstance(elements, list):
                raise OutcomeUnknown("Splio's list of fields cannot be read")
            known = len(found)
            customs = [_custom(each) for each in elements if not each.get("is_system")]
            found |= {custom.name: custom for custom in customs}
            is_last = page * _PER_PAGE >= int(answer.get("count_element") or 0)
            if is_last or len(found) == known:
                break
        return list(found.values())

    def create_field(self, name: str, field_type: str) -> None:
        """Create a custom field of contacts."""
        body = orjson.dumps({"scope": "contacts", "name": name, "type": field_type})
        response = self.request("POST", "/data/fields", body)
        classify(response, (200, 201), self.hints)

    def update(self, email: str, body: bytes, otherwise: Outcome) -> Outcome:
        """Update one contact; `otherwise` where there is none."""
        path = f"/data/contacts/{path_part(email)}"
        response = self.request("PATCH", path, body, shown="/data/contacts/…")
        classify(response, (200, 404), self.hints)
        if response.status == 404:
            refuse_page(response)
            return otherwise
        json_of(response)
        return ACCEPTED

    def create(self, bodies: Sequence[bytes]) -> list[Outcome]:
        """Create contacts; one that exists is left alone and asks to be sent again."""
        body = b'{"contacts":[' + b",".join(bodies) + b"]}"
        response = self.request("POST", "/data/contacts/bulk", body)
        classify(response, (200, 201, 207, 400), self.hints)
        if response.status == 400:
            self._refuse(response, len(bodies))
        answer = json_of(response)
        items = answer.get("items") if isinstance(answer, dict) else None
        if not isinstance(items, list) or len(items) != len(bodies):
            return [UNKNOWN] * len(bodies)
        return [self._outcome(response, item) for item in items]

    def _outcome(self, response: Response, item: Any) -> Outcome:
        code = item.get("code") if isinstance(item, dict) else None
        if code in (200, 201):
            return ACCEPTED
        text = str(item.get("description", "")) if isinstance(item, dict) else ""
        if code in (400, 409) and "already exists" in text:
            return TO_UPDATE
        if code in (400, 409, 422):
            return Outcome(Status.REJECTED, f"splio_{code}", response.quote(text))
        return UNKNOWN

    def _refuse(self, response: Response, rows: int) -> None:
        """A bad row refuses all; its index is in the key of its error."""
        answer = json_of(response)
        errors = answer.get("errors", ()) if isinstance(answer, dict) else ()
        named: dict[int, Refusal] = {}
        for error in errors if _is_list(errors) else ():
            match = _ROW.match(str(error.get("error_key", "")))
            if match and int(match[1]) < rows:
                text = str(error.get("error_description") or error.get("error", ""))
                named[int(match[1])] = Refusal("splio_400", response.quote(text))
        raise RequestRefused(response.describe(), code="splio_400", rows=named)


def _custom(entry: Any) -> Custom:
    if not isinstance(entry, dict) or "name" not in entry:
        raise OutcomeUnknown("Splio's list of fields cannot be read")
    return Custom(str(entry["name"]), str(entry.get("data_type", "")), entry.get("id"))


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
