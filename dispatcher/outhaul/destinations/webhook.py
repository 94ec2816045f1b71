"""Rows as JSON to any HTTP endpoint, for platforms that are not listed.

The status of an answer speaks for all rows of its request, unless the diff declares
otherwise (`http/declared.py`). This file is the template of a destination:
CONTRIBUTING.md says what to change in a copy of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from outhaul import model
from outhaul.config.settings import configuration_error, setting
from outhaul.errors import ConfigurationError
from outhaul.http.addresses import (
    base_url_problem,
    headers_problems,
    is_private_url,
    path_problem,
)
from outhaul.http.client import HttpClient
from outhaul.http.declared import AnswerOptions
from outhaul.kit import service
from outhaul.kit.account import Account
from outhaul.kit.bodies import Body, Field
from outhaul.kit.formats import Fixed, Json
from outhaul.kit.idempotency import idempotency_key
from outhaul.kit.platform import Platform
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Limits
from outhaul.model import Change


@dataclass(frozen=True)
class RowsOptions(AnswerOptions):
    """What a diff may set for a service of a webhook."""

    path: str = setting(
        "Appended to the account's `url`: begins with a slash, and may have a query.",
        default="",
    )
    method: str = setting(
        "The method.", default="POST", choices=("POST", "PUT", "PATCH")
    )
    body: str = setting(
        "What a request holds: an `array` of rows, an `object` with the array under"
        " `rows`, `ndjson` with one row a line, or one `row` alone.",
        default="array",
        choices=("array", "object", "ndjson", "row"),
    )
    rows_per_request: int = setting(
        "Rows in one request, at most.", default=500, minimum=1, maximum=10_000
    )
    partly_applies: bool = setting(
        "Whether the endpoint may have taken some rows of a request that it refuses"
        " (400, 409, 422): these are then removed when they leave the segment. Set it"
        " to false for an endpoint that takes all rows of a request or none.",
        default=True,
    )
    change_field: str = setting(
        "The field of a row that says inserted, updated or removed.", default="_change"
    )


class Changes(service.Service):
    """Sends every change, as the columns of the row and a field that names it.

    A request that is repeated, also after a restart, has the same body and the same
    `Idempotency-Key`. The receiver keeps rows by their key, so that nothing doubles.
    """

    name = "changes"
    title = "Changes"
    consumes = frozenset(Change)
    Options: ClassVar[type] = RowsOptions

    def __init__(
        self, account: Webhook, options: RowsOptions, activation: service.Activation
    ) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._where = f"model {activation.name}: meta.outhaul"
        self.request_seconds = account.request_seconds
        rows = 1 if options.body == "row" else options.rows_per_request
        most, often = account.bytes_per_request, account.requests_per_second
        self._limits = Limits(rows, most, often, account.concurrency)
        self.partly_applies = options.partly_applies
        self._bodies: dict[tuple[Change, tuple[str, ...]], Body] = {}
        if problem := path_problem(options.path):
            raise ConfigurationError(f"{self._where}.path: {problem}")
        if problems := options.problems():
            raise configuration_error(self._where, problems)

    def owns(self) -> str:
        return f"the path '{self._options.path or '/'}'"

    def writes_to(self) -> str:
        return f"path '{self._options.path}'" if self._options.path else ""

    def limits(self, change: Change) -> Limits:
        return self._limits

    def check(self, columns: Sequence[model.Column]) -> list[str]:
        self.prepare(columns)
        return ["an endpoint is first asked when rows are sent"]

    def prepare(self, columns: Sequence[model.Column]) -> None:
        field = self._options.change_field
        if field in {column.field for column in columns}:
            raise ConfigurationError(
                f"{self._where}.change_field: there is a column '{field}' already"
            )

    def encode(self, row: model.Row, found: Any = None) -> bytes:
        return self._body(row.change, tuple(row.values)).one(row)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        return self._body(rows[0].change, tuple(rows.columns)).many(rows, found)

    def send(self, items: Collected) -> list[model.Outcome]:
        options, account = self._options, self._account
        content_type, body = _packed(options.body, items.bodies)
        key = idempotency_key(self._activation, items)
        headers = {"Content-Type": content_type, account.idempotency_header: key}
        response = account.client.request(
            options.method,
            options.path,
            body=body,
            headers={**headers, **account.signature(body)},
        )
        removing = items[0].row.change is Change.REMOVED
        return options.outcomes(response, len(items), removing=removing)

    def _body(self, change: Change, names: tuple[str, ...]) -> Body:
        """How rows of a change are written, with all of their fields."""
        if (change, names) not in self._bodies:
            said = Field(
                "", self._options.change_field, Fixed(change.value), sees_nulls=True
            )
            fields = [Field(name, name, Json()) for name in names]
            self._bodies[change, names] = Body(None, [said, *fields], writes_nulls=True)
        return self._bodies[change, names]


class Upserts(Changes):
    """Sends inserted and updated rows; who leaves the segment is not told."""

    name = "upserts"
    title = "Upserts"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})

    def owns(self) -> str:
        return ""  # nobody is removed, so several activations may share a path


@dataclass(frozen=True)
class Webhook(Account):
    """An HTTP endpoint that takes JSON."""

    type = "webhook"
    title = "Webhook"

    url: str = setting(
        "The endpoint, by https only; a diff may append a path.", identifies=True
    )
    headers: dict[str, str] = setting("Headers that are not secret.", default={})
    secret_headers: dict[str, str] = setting(
        "Headers with credentials, such as `Authorization`.", default={}, secret=True
    )
    signing_key: str = setting(
        "Sign each body with HMAC-SHA256 under this key.", default="", secret=True
    )
    signature_header: str = setting(
        "The header for the signature, `sha256=` and hexadecimal digits.",
        default="X-Outhaul-Signature",
    )
    idempotency_header: str = setting(
        "The header for the name of a request.", default="Idempotency-Key"
    )
    allow_private: bool = setting(
        "Send to addresses of private networks and of this machine too.", default=False
    )
    bytes_per_request: int = setting(
        "Bytes in one request, at most.", default=1_000_000, minimum=1_000
    )
    requests_per_second: float = setting(
        "Requests a second.", default=10.0, minimum=0.01, maximum=10_000
    )
    concurrency: int = setting("Requests at a time.", default=4, minimum=1, maximum=64)
    request_seconds: float = setting(
        "Seconds that a request may take in all.", default=60.0, minimum=1, maximum=600
    )

    def validate(self) -> list[str]:
        problems = []
        if problem := base_url_problem(self.url):
            problems.append(f"'url' {problem}")
        elif is_private_url(self.url) and not self.allow_private:
            problems.append(
                "'url' is on this machine or in a private network: set allow_private:"
                " true"
            )
        open_headers = {**self.headers, self.signature_header: "x"}
        open_headers[self.idempotency_header] = "x"
        return [
            *problems,
            *headers_problems("headers", open_headers),
            *headers_problems("secret_headers", self.secret_headers, are_secret=True),
        ]

    @cached_property
    def client(self) -> HttpClient:
        """Requests to the endpoint; unless allowed, to none in a private network."""
        return HttpClient(
            self.url,
            {**self.headers, **self.secret_headers},
            secrets=self.secrets,
            deadline_seconds=self.request_seconds,
            public_only=not self.allow_private,
        )

    def signature(self, body: bytes) -> dict[str, str]:
        """The header that proves who sent a body, where there is a key for it."""
        if not self.signing_key:
            return {}
        key = self.signing_key.encode()
        return {
            self.signature_header: "sha256=" + hmac.digest(key, body, "sha256").hex()
        }


def _packed(form: str, rows: Sequence[bytes]) -> tuple[str, bytes]:
    """The content type and the body of a request."""
    if form == "ndjson":
        return "application/x-ndjson", b"\n".join(rows) + b"\n"
    if form == "row":
        return "application/json", rows[0]
    array = b"[" + b",".join(rows) + b"]"
    return "application/json", b'{"rows":' + array + b"}" if form == "object" else array


PLATFORM = Platform.of(Webhook, Changes, Upserts)
