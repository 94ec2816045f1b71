"""The services of a webhook: every change, or inserted and updated rows alone.

The status of an answer speaks for all rows of its request, unless the diff declares
otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul import model
from outhaul.config.settings import configuration_error, setting
from outhaul.destinations.webhook import requests
from outhaul.destinations.webhook.account import Webhook
from outhaul.destinations.webhook.answers import AnswerOptions
from outhaul.destinations.webhook.requests import Template
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit import service
from outhaul.kit.bodies import Body, Field
from outhaul.kit.formats import Fixed, Json
from outhaul.kit.idempotency import idempotency_key
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Limits, OneByOne
from outhaul.model import Change


@dataclass(frozen=True)
class RowsOptions(AnswerOptions):
    """What a diff may set for a service of a webhook."""

    path: str = setting(
        "Appended to the account's `url`: begins with a slash, and may have a query."
        " `{customer_id}` in it is the value of that column, percent-encoded; each row"
        " then has a request of its own.",
        default="",
    )
    method: str = setting("The method.", default="POST", choices=requests.METHODS)
    requests: dict[str, str] = setting(
        "Changes whose request is another one, `inserted`, `updated` or `removed`, each"
        " with method and path, such as `removed: DELETE /customers/{customer_id}`.",
        default={},
    )
    body: str = setting(
        "What a request holds: an `array` of rows, an `object` with the array under"
        " `rows`, `ndjson` with one row a line, or one `row` alone. A request with"
        " columns in its path holds one row alone instead of an array, and nothing"
        " where its method is DELETE.",
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
        "The field of a row that says inserted, updated or removed; an empty text"
        " leaves it out.",
        default="_change",
    )


class Changes(service.Service):
    """Sends every change, as the columns of the row and a field that names it.

    A request that is repeated, also after a restart, has the same body and the same
    `Idempotency-Key`. The receiver keeps rows by their key, so that nothing doubles.
    """

    name = "changes"
    title = "Changes"
    others = "is a field of the row"
    null = "is null"
    consumes = frozenset(Change)
    Options: ClassVar[type] = RowsOptions

    def __init__(
        self, account: Webhook, options: RowsOptions, activation: service.Activation
    ) -> None:
        self._account = account
        self._options = options
        self._activation = activation
        self._where = f"model {activation.name}: meta.outhaul"
        self.request_seconds = account.longest_call
        self.partly_applies = options.partly_applies
        self._bodies: dict[tuple[Change, tuple[str, ...]], Body] = {}
        common = Template(options.method, options.path)
        if problem := common.problem():
            raise ConfigurationError(f"{self._where}.path: {problem}")
        problems = [*options.problems(), *requests.problems(options.requests)]
        self._requests = requests.templates(common, options.requests)
        if Change.REMOVED in self.consumes and not self._tells_removals:
            problems.append(
                "nothing tells removed rows from others: keep 'change_field', or give"
                " them a method or a path of their own under 'requests'"
            )
        if problems:
            raise configuration_error(self._where, problems)

    def owns(self) -> str:
        return f"the path '{self._requests[Change.REMOVED].path or '/'}'"

    def writes_to(self) -> str:
        path = self._requests[Change.INSERTED].path
        return f"path '{path}'" if path else ""

    def limits(self, change: Change) -> Limits:
        account, request = self._account, self._requests[change]
        is_alone = request.columns or self._options.body == "row"
        return Limits(
            1 if is_alone else self._options.rows_per_request,
            account.bytes_per_request,
            account.requests_per_second,
            account.concurrency,
            apart=f"{request.method} {request.path}",
        )

    def check(self, columns: Sequence[model.Column]) -> list[str]:
        self.prepare(columns)
        return ["an endpoint is first asked when rows are sent"]

    def prepare(self, columns: Sequence[model.Column]) -> None:
        fields = [column.field for column in columns]
        own = self._options.change_field
        if own in fields:
            raise ConfigurationError(
                f"{self._where}.change_field: there is a column '{own}' already"
            )
        asked = {self._requests[change] for change in self.consumes}
        problems = [
            *filter(None, (request.missing(fields) for request in asked)),
            *self._options.column_problems(fields),
        ]
        if problems:
            raise configuration_error(self._where, sorted(problems))

    def encode(self, row: model.Row, found: Any = None) -> bytes:
        self._requests[row.change].path_of(row.values)
        return self._body(row.change, tuple(row.values)).one(row)

    def encode_rows(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        request = self._requests[rows[0].change]
        try:
            for row in rows if request.columns else ():
                request.path_of(row.values)
        except RowRefused:
            raise OneByOne from None
        return self._body(rows[0].change, tuple(rows.columns)).many(rows, found)

    def send(self, items: Collected) -> list[model.Outcome]:
        row = items[0].row
        request = self._requests[row.change]
        content_type, body = self._packed(request, items.bodies)
        headers = self._account.signature(body or b"")
        headers[self._account.idempotency_header] = idempotency_key(
            self._activation, items
        )
        if body is not None:
            headers["Content-Type"] = content_type
        response = self._account.api.request(
            request.method,
            request.path_of(row.values),
            body,
            headers=headers,
            shown=request.shown,
        )
        removing = row.change is Change.REMOVED
        return self._options.outcomes(response, items.rows, removing=removing)

    @property
    def _tells_removals(self) -> bool:
        removal = self._requests[Change.REMOVED]
        others = (self._requests[Change.INSERTED], self._requests[Change.UPDATED])
        return bool(self._options.change_field) or removal not in others

    def _body(self, change: Change, names: tuple[str, ...]) -> Body:
        """How rows of a change are written, with all of their fields."""
        if (change, names) not in self._bodies:
            own = self._options.change_field
            said = Field("", own, Fixed(change.value), sees_nulls=True)
            fields = [Field(name, name, Json()) for name in names]
            fields = [said, *fields] if own else fields
            self._bodies[change, names] = Body(None, fields, writes_nulls=True)
        return self._bodies[change, names]

    def _packed(
        self, request: Template, rows: Sequence[bytes]
    ) -> tuple[str, bytes | None]:
        """The content type and the body of a request."""
        form = self._options.body
        if request.columns and form == "array":
            form = "row"
        if request.columns and request.method == "DELETE":
            return "", None
        if form == "ndjson":
            return "application/x-ndjson", b"\n".join(rows) + b"\n"
        if form == "row":
            return "application/json", rows[0]
        array = b"[" + b",".join(rows) + b"]"
        is_object = form == "object"
        return "application/json", b'{"rows":' + array + b"}" if is_object else array


class Upserts(Changes):
    """Sends inserted and updated rows; who leaves the segment is not told."""

    name = "upserts"
    title = "Upserts"
    consumes = frozenset({Change.INSERTED, Change.UPDATED})

    def owns(self) -> str:
        return ""  # nobody is removed, so several activations may share a path
