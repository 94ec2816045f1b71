"""A receiver of webhooks that keeps rows by their key, as a good one does.

It takes every path, and JSON as an array of rows, an object with `rows`, one row
or one row a line. A row is kept under its `id`, else its `email`, else its first
field; `removed` deletes it, and so does DELETE of a path that ends with the key, where
the row may be gone already (404). A request with an `Idempotency-Key` that was seen
before is answered and not applied again.

A row with `"_refuse": true` spoils its request (400), unless the address asks for
answers by row (207): `?answers=order` tells of all rows in their order, `key` by their
key the other way round, `index` of failures alone. `/oauth2/token` gives tokens.
"""

from __future__ import annotations

import hmac
import json
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from outhaul.sandbox.messages import Reply, Request
from outhaul.sandbox.tokens import Tokens

_KEYS = ("id", "email")
_CHANGE = "_change"
_MOST_BODIES = 1_000


class WebhookStandIn:
    """api_key: the one value of `Authorization` that is accepted, or any."""

    def __init__(self, *, api_key: str | None = None) -> None:
        self._api_key = api_key
        self.tokens = Tokens(api_key)
        self._rows: dict[str, dict[str, Any]] = {}
        self._seen: set[str] = set()
        self._bodies: deque[dict[str, str]] = deque(maxlen=_MOST_BODIES)
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Reply:
        if request.path == "/oauth2/token":
            return self.tokens.give(request)
        if not self._lets_in(request):
            return Reply(401, {"error": "unauthorized"})
        if request.method == "DELETE" and not request.body:
            return self._delete(request)
        try:
            rows = _rows(request)
        except (ValueError, TypeError):
            return Reply(400, {"error": "the body is not rows as JSON"})
        answers = request.query.get("answers", "")
        if not answers and any(row.get("_refuse") for row in rows):
            return Reply(400, {"error": "a row is refused"}, rows=len(rows))
        with self._lock:
            if is_new := self._is_new(request):
                for row in rows:
                    if not row.get("_refuse"):
                        self._keep(row)
            self._bodies.append(_logged(request, is_new))
        if answers:
            return Reply(207, _by_row(answers, rows), rows=len(rows))
        return Reply(200, {"received": len(rows)}, rows=len(rows))

    def state(self) -> dict[str, Any]:
        """Rows by key, and headers and body of each request."""
        with self._lock:
            return {"rows": dict(self._rows), "bodies": list(self._bodies)}

    def dump(self) -> dict[str, Any]:
        with self._lock:
            return {"rows": dict(self._rows), "seen": sorted(self._seen)}

    def load(self, dumped: Mapping[str, Any]) -> None:
        with self._lock:
            self._rows = dict(dumped.get("rows", {}))
            self._seen = set(dumped.get("seen", ()))

    def reset(self) -> None:
        with self._lock:
            self._rows.clear()
            self._seen.clear()
            self._bodies.clear()

    def _lets_in(self, request: Request) -> bool:
        login = request.headers.get("authorization", "")
        is_right = login and hmac.compare_digest(login, self._api_key or login)
        if login.startswith("Bearer token-"):
            return self.tokens.lets_in(request)
        return bool(is_right)

    def _is_new(self, request: Request) -> bool:
        key = request.headers.get("idempotency-key", "")
        is_new = not key or key not in self._seen
        self._seen.update([key] if key else ())
        return is_new

    def _delete(self, request: Request) -> Reply:
        with self._lock:
            self._bodies.append(_logged(request, self._is_new(request)))
            gone = self._rows.pop(unquote(request.path.rpartition("/")[2]), None)
        return Reply(404 if gone is None else 204, rows=1)

    def _keep(self, row: dict[str, Any]) -> None:
        fields = {name: value for name, value in row.items() if name != _CHANGE}
        key = _key_of(fields)
        if row.get(_CHANGE) == "removed":
            self._rows.pop(key, None)
        else:
            self._rows[key] = {**self._rows.get(key, {}), **fields}


def _key_of(row: Mapping[str, Any]) -> str:
    fields = [name for name in row if name != _CHANGE]
    name = next((each for each in _KEYS if each in fields), next(iter(fields), ""))
    return str(row.get(name))


def _by_row(answers: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    results = [
        {
            "index": index,
            "key": _key_of(row),
            "status": 422 if row.get("_refuse") else 200,
        }
        for index, row in enumerate(rows)
    ]
    if answers == "index":
        return {"errors": [each for each in results if each["status"] != 200]}
    return {"results": results if answers == "order" else results[::-1]}


def _rows(request: Request) -> list[dict[str, Any]]:
    if "ndjson" in request.headers.get("content-type", ""):
        rows = [json.loads(line) for line in request.body.splitlines()]
    else:
        body = request.json()
        if isinstance(body, dict):
            body = body.get("rows", [body])
        rows = list(body)
    if not all(isinstance(row, dict) for row in rows):
        raise TypeError
    return rows


def _logged(request: Request, is_new: bool) -> dict[str, str]:
    names = ("content-type", "idempotency-key", "x-outhaul-signature")
    headers = {name: request.headers.get(name, "") for name in names}
    body = request.body.decode("utf-8", "replace")
    return {"path": request.path, **headers, "body": body, "new": str(is_new).lower()}
