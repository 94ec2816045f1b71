"""The calls to Splio's REST API, each one request, under a token of 24 hours.

https://dev-scp.splio.com/reference
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from outhaul.destinations.splio.fields import Custom
from outhaul.errors import OutcomeUnknown, Refusal, RequestRefused, StopSync
from outhaul.http.addresses import path_part
from outhaul.http.answers import Response, classify, json_of, refuse_page
from outhaul.http.client import HttpClient
from outhaul.model import ACCEPTED, UNKNOWN, Outcome, Status

TOKEN_SECONDS = 23 * 3600.0
"""An hour before it ends."""

NOT_THERE = Outcome(Status.MISSING, "not_found", "Splio has no such contact")
EXISTS, IS_NEW = "exists", "is new"
"""What an answer says of a contact, so that it is sent again the other way."""
TO_UPDATE = Outcome(Status.AGAIN, found=EXISTS)
TO_CREATE = Outcome(Status.AGAIN, found=IS_NEW)

_PER_PAGE = 1_000
_HINTS = {401: "check 'api_key'", 403: "the API key may not do this"}
_ROW = re.compile(r"contacts\[(\d+)\]")


class Api:
    """The API of one universe. Calls come from several threads."""

    def __init__(
        self,
        client: HttpClient,
        api_key: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._api_key = api_key
        self._clock = clock
        self._token = ""
        self._token_ends_at = 0.0
        self._lock = threading.Lock()

    def unique_key(self) -> str:
        """The field that the universe recognises contacts by."""
        return str(self._object("GET", "/universes/unique-key").get("unique_key"))

    def custom_fields(self) -> list[Custom]:
        """The custom fields of contacts, over all pages."""
        found: dict[str, Custom] = {}
        for page in itertools.count(1):
            path = f"/data/fields/contacts?per_page={_PER_PAGE}&page_number={page}"
            answer = self._object("GET", path)
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

    def create_field(self, custom: Custom) -> None:
        """Create a custom field of contacts."""
        body = {"scope": "contacts", "name": custom.name, "type": custom.type}
        self._call("POST", "/data/fields", orjson.dumps(body), expected=(200, 201))

    def update(self, email: str, body: bytes, otherwise: Outcome) -> Outcome:
        """Update one contact; `otherwise` where there is none."""
        path = f"/data/contacts/{path_part(email)}"
        shown = "/data/contacts/…"
        response = self._call("PATCH", path, body, (200, 404), shown=shown)
        if response.status == 404:
            refuse_page(response)
            return otherwise
        json_of(response)
        return ACCEPTED

    def create(self, bodies: Sequence[bytes]) -> list[Outcome]:
        """Create contacts; one that exists is left alone and asks to be sent again."""
        body = b'{"contacts":[' + b",".join(bodies) + b"]}"
        path = "/data/contacts/bulk"
        response = self._call("POST", path, body, expected=(200, 201, 207, 400))
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

    # --- requests and their token

    def _object(self, method: str, path: str) -> dict[str, Any]:
        response = self._call(method, path)
        answer = json_of(response)
        if not isinstance(answer, dict):
            raise OutcomeUnknown(f"{response.describe()}; an object was expected")
        return answer

    def _call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        expected: Sequence[int] = (200,),
        shown: str | None = None,
    ) -> Response:
        """One request; with a new token once more where the old one is refused."""
        token = self._valid_token()
        response = self._request(method, path, body, token, shown)
        if response.status == 401:
            token = self._valid_token(refused=token)
            response = self._request(method, path, body, token, shown)
        classify(response, expected, _HINTS)
        return response

    def _request(
        self, method: str, path: str, body: bytes | None, token: str, shown: str | None
    ) -> Response:
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        return self._client.request(
            method, path, body=body, headers=headers, secrets=(token,), shown=shown
        )

    def _valid_token(self, refused: str = "") -> str:
        """The token at hand, or a new one where it is old or was refused."""
        with self._lock:
            is_old = self._clock() >= self._token_ends_at
            if not self._token or is_old or self._token == refused:
                self._token = self._new_token()
                self._token_ends_at = self._clock() + TOKEN_SECONDS
            return self._token

    def _new_token(self) -> str:
        response = self._client.request(
            "POST",
            "/authenticate",
            body=orjson.dumps({"api_key": self._api_key}),
            headers={"Content-Type": "application/json"},
        )
        classify(response, (200, 201), _HINTS)
        answer = json_of(response)
        token = answer.get("token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token:
            raise StopSync("Splio answered a log-in without a token")
        return token


def _custom(entry: Any) -> Custom:
    if not isinstance(entry, dict) or "name" not in entry:
        raise OutcomeUnknown("Splio's list of fields cannot be read")
    return Custom(str(entry["name"]), str(entry.get("data_type", "")), entry.get("id"))


def _is_list(value: Any) -> bool:
    return isinstance(value, list)
