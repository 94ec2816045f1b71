"""The calls of an account: let in, classified, read as JSON objects."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

import orjson

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown, OuthaulError, RetryRequest
from outhaul.http.addresses import is_loopback
from outhaul.http.answers import Response, classify, json_of
from outhaul.http.client import HttpClient
from outhaul.kit.account import Account
from outhaul.kit.login import Login, Signature

# A server that names a next page for ever is not followed.
_MOST_PAGES = 1_000

T = TypeVar("T")


class ApiAccount(Account):
    """An account of an HTTP API; its settings include those below."""

    base_url: str
    request_seconds: float
    ca_file: str

    @property
    def longest_call(self) -> float:
        """Seconds of a call, which may be several requests."""
        return self.request_seconds

    def client(self, url: str, headers: Mapping[str, str] | None = None) -> HttpClient:
        """Requests to an address of the platform, with headers for each of them."""
        return HttpClient(
            url,
            headers or {},
            secrets=self.secrets,
            deadline_seconds=self.request_seconds,
            ca_file=self.ca_file or None,
        )


class TokenAccount(ApiAccount):
    """An account whose requests are let in by tokens that end and are renewed."""

    @property
    def log_in_requests(self) -> int:
        return 1

    @property
    def longest_call(self) -> float:
        """Seconds of a call whose token was refused: another one, and once more."""
        return 3 * self.request_seconds


def address(default: str) -> Any:
    """The setting `base_url`."""
    return setting("The address of the API.", default=default, identifies=True)


def deadline(maximum: float = 600) -> Any:
    """The setting `request_seconds`."""
    return setting(
        "Seconds that one request may take in all.",
        default=60.0,
        minimum=1,
        maximum=maximum,
    )


def certificates() -> Any:
    """The setting `ca_file`."""
    return setting(
        "A file of certificates to trust instead of the public ones.", default=""
    )


class Api:
    """One account's calls.

    hints: what the user can do about a status. root: what all paths begin with. Raises
    what `classify` and `json_of` raise.
    """

    hints: ClassVar[Mapping[int, str]] = {}
    root: ClassVar[str] = ""
    media_type: ClassVar[str] = "application/json"

    def __init__(self, client: HttpClient, login: Login | None = None) -> None:
        self._client = client
        self._login = login

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        shown: str | None = None,
    ) -> Response:
        """One request; once more with a fresh token where the token was refused.

        body: JSON, unless `headers` say otherwise. shown: stands for the path in
        messages.
        """
        path = self.root + path
        if headers is None:
            headers = {} if body is None else {"Content-Type": self.media_type}

        def send(signature: Signature) -> Response:
            return self._client.request(
                method,
                path,
                body=body,
                params=params,
                headers={**signature.headers, **headers},
                secrets=signature.secrets,
                shown=shown,
            )

        if self._login is None:
            return send(Signature({}))
        url = self._client.url_of(path, params)
        signature = self._login.sign(method, url)
        response = send(signature)
        if response.status == 401 and self._login.renew(signature):
            response = send(self._login.sign(method, url))
        return response

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        expected: Collection[int] = (200,),
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The object that answers; body: bytes, or what becomes JSON."""
        if body is not None and not isinstance(body, bytes):
            body = orjson.dumps(body)
        return self.read(self.request(method, path, body, params=params), expected)

    def read(
        self, response: Response, expected: Collection[int] = (200,)
    ) -> dict[str, Any]:
        """The object of an answer that is as expected."""
        classify(response, expected, self.hints)
        return object_of(response)

    def find(self, path: str) -> dict[str, Any] | None:
        """The object at a path; None where there is none (404)."""
        response = self.request("GET", path)
        if response.status == 404:
            return None
        return self.read(response)

    def all(
        self, path: str, *, entries: str, size: int, sizes: str = "limit"
    ) -> Iterator[Any]:
        """The entries of all pages, each asked for by the number of its first entry.

        size: entries of a page, of which only the last one has fewer; `sizes`: the
        parameter that asks for so many.
        """
        starts = itertools.count(size, size)

        def following(answer: dict[str, Any]) -> str:
            is_full = len(answer.get(entries) or ()) >= size
            return str(next(starts)) if is_full else ""

        return self.pages(
            path,
            {sizes: str(size), "offset": "0"},
            entries=entries,
            following=following,
            parameter="offset",
        )

    def pages(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        entries: str,
        following: Callable[[dict[str, Any]], str],
        parameter: str,
    ) -> Iterator[Any]:
        """The entries of all pages.

        entries: where they stand in an answer. following: what an answer says of the
        next page, empty after the last one; `parameter`: what asks for it. An answer
        is never asked where to: our key goes to the host that the user named.
        """
        seen = {""}
        asked = dict(params)
        for _ in range(_MOST_PAGES):
            answer = self.call("GET", path, params=asked)
            yield from answer.get(entries) or ()
            token = following(answer)
            if token in seen:
                return
            seen.add(token)
            asked[parameter] = token

    def errors_file(self, url: str) -> bytes:
        """A file about failed rows, which an answer names; empty if it cannot be had.

        It lies at a host that the platform names, so it is asked for without the
        key, and not in a private network (but where the account itself is on this
        machine). Only passing trouble is raised, as RetryRequest.
        """
        local = is_loopback(self._client.base_url)
        try:
            parts = urlsplit(url)
            if is_loopback(url) and not local:
                return b""
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            client = self._client.sibling(
                f"{parts.scheme}://{parts.netloc}", public_only=not local
            )
            response = client.request("GET", path or "/")
            classify(response)
        except RetryRequest:
            raise
        except (OuthaulError, ValueError):
            return b""
        return response.body

    def quote(self, text: str) -> str:
        """A part of an answer, or of a file of errors, for a message."""
        return self._client.quote(text)


def object_of(response: Response) -> dict[str, Any]:
    """The answer as a JSON object."""
    answer = json_of(response)
    if not isinstance(answer, dict):
        raise OutcomeUnknown(f"{response.describe()}; this is not a JSON object")
    return answer


def id_named(
    entries: Iterable[Mapping[str, Any]],
    name: str,
    *,
    id: str = "id",
    key: str = "name",
) -> str | None:
    """The id of the first entry of exactly this name; id, key: where both stand."""
    return next((str(each[id]) for each in entries if each.get(key) == name), None)


def in_query(address: Any, name: str) -> str:
    """A parameter of an address that an answer holds; empty where it lacks that."""
    return parse_qs(urlsplit(str(address or "")).query).get(name, [""])[0]


def by_index(
    entries: Any, rows: int, index_of: Callable[[Any], Any]
) -> list[list[Any]] | None:
    """What an answer says of each row of a request, by the index that entries carry.

    None where an entry belongs to no row: such an answer is not to be believed.
    """
    found: list[list[Any]] = [[] for _ in range(rows)]
    for entry in entries if isinstance(entries, Sequence) else [entries]:
        index = index_of(entry)
        if type(index) is not int or not 0 <= index < rows:
            return None
        found[index].append(entry)
    return found


class Asks(Protocol):
    """What `probe` asks by: an `Api`, or a client."""

    def request(self, method: str, path: str, *, body: bytes | None) -> Response:
        """One request."""


def probe(client: Asks, path: str, body: bytes, hints: Mapping[int, str]) -> None:
    """Ask by a request without rows, which changes nothing, whether keys are taken.

    Raises StopSync where the answer shows that no row will be. For platforms whose key
    may have no right to read; none describes its answer to an empty list, so whatever
    does not tell of keys or addresses counts as a yes.
    """
    response = client.request("POST", path, body=body)
    if response.status in (401, 403, 404) or 300 <= response.status < 400:
        classify(response, (), hints)
