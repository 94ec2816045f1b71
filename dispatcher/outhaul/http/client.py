"""The HTTP client that every REST destination shares.

One request at a time, never repeated, never redirected, under one total
deadline. What goes wrong becomes an error of `outhaul.errors` that says
what happens next; no exception of a library gets out, since those quote URLs.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from outhaul import __version__
from outhaul.errors import (
    ConfigurationError,
    DestinationError,
    NotSent,
    OutcomeUnknown,
    StopSync,
)
from outhaul.http.addresses import (
    base_url_problem,
    check_headers,
    leads_up,
    stays_at,
)
from outhaul.http.answers import Response, used_up
from outhaul.http.traffic import note_request, note_used_up
from outhaul.http.transport import Exchange, PrivateAddress, Transport, exchange
from outhaul.text.redaction import excerpt
from outhaul.text.secret_texts import Secrets

# Bytes once unpacked: far above what any call answers, and memory can hold it.
_LARGEST_ANSWER = 10 * 1024 * 1024

_FAILURES = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
    zlib.error,
)

# Reasons of OpenSSL that no second try changes.
_NO_COMMON_TLS = frozenset(
    {
        "HTTP_REQUEST",
        "NO_PROTOCOLS_AVAILABLE",
        "TLSV1_ALERT_PROTOCOL_VERSION",
        "UNSUPPORTED_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)


class Unreadable(ValueError):
    """An answer that is cut off, too long, or packed in a way we did not ask for."""


class _Plan(NamedTuple):
    method: str
    url: str
    name: str
    secrets: Secrets


class HttpClient:
    """Requests to one host.

    Parameters
    ----------
    base_url: see `base_url_problem`; paths are appended to it.
    headers: sent with every request.
    secrets: never shown in a message, in whatever encoding. An account's own grow
        by those of single requests.
    connect_seconds: for one address of the host.
    deadline_seconds: from the first look-up of the name to the last byte of the
        answer. The resolver of the system keeps its own, usually shorter, time.
    pool: idle connections that are kept.
    ca_file: certificates to trust instead of the public ones.
    public_only: refuse hosts whose address is private, for addresses that came
        from a server instead of the user.
    """

    def __init__(
        self,
        base_url: str,
        headers: Mapping[str, str],
        *,
        secrets: Iterable[str] = (),
        connect_seconds: float = 10.0,
        deadline_seconds: float = 60.0,
        pool: int = 8,
        ca_file: str | None = None,
        public_only: bool = False,
    ) -> None:
        problem = base_url_problem(base_url)
        if problem:
            raise ConfigurationError(f"the address of a destination {problem}")
        check_headers(headers)
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(base_url).hostname or ""
        self._headers = {
            "User-Agent": f"outhaul/{__version__}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            **headers,
        }
        self._secrets = Secrets.of(secrets)
        self._timeout = (min(connect_seconds, deadline_seconds), deadline_seconds)
        self._public_only = public_only
        self._ca_file = ca_file
        try:
            self._transport = Transport(
                pool, ca_file, has_tls=base_url.lower().startswith("https")
            )
        except OSError:
            problem = f"'{ca_file}' is not a file of certificates that can be read"
        if problem:
            raise ConfigurationError(problem)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        shown: str | None = None,
    ) -> Response:
        """One request and its whole answer, whatever its status.

        secrets: those of this request alone, such as a token in its headers.
        shown: stands for the path in messages, where that holds personal data.
        Raises NotSent where no byte of the request left, OutcomeUnknown where
        it may have arrived, StopSync where TLS will not come about, and before any
        connection where the path would lead away from the client's address.
        """
        if leads_up(path):
            raise StopSync(self._elsewhere(method))
        url = self.url_of(path, params)
        name = f"{method} {shown or path.partition('?')[0]}".rstrip()
        self._secrets.add(secrets)
        plan = _Plan(method, url, name, self._secrets)
        deadline = self._timeout[1]
        with exchange(deadline, public_only=self._public_only) as running:
            try:
                response = self._send(plan, body, headers or {})
                if not running.expired:
                    if (seconds := used_up(response)) is not None:
                        note_used_up(seconds)
                    return response
                # The deadline's own cut can look like the end of an answer.
                failure = self._failure(TimeoutError(), running, plan)
            except _FAILURES as error:
                failure = self._failure(error, running, plan)
            finally:
                if running.sent:
                    note_request()
        # Outside of the handler: the error would carry the library's one along.
        raise failure

    def url_of(self, path: str, params: Mapping[str, str] | None = None) -> str:
        """The address of a request."""
        query = f"?{urlencode(params, safe=',')}" if params else ""
        return self.base_url + path + query

    def sibling(self, base_url: str, *, public_only: bool = False) -> HttpClient:
        """A client for another host: same times, none of our headers."""
        connect, deadline = self._timeout
        return HttpClient(
            base_url,
            {},
            secrets=self._secrets,
            connect_seconds=connect,
            deadline_seconds=deadline,
            pool=1,
            ca_file=self._ca_file,
            public_only=public_only,
        )

    def quote(self, text: str) -> str:
        """A part of an answer for a message; see `excerpt`."""
        return excerpt(text, self._secrets)

    def close(self) -> None:
        """Close the idle connections."""
        self._transport.close()

    def _send(
        self, plan: _Plan, body: bytes | None, headers: Mapping[str, str]
    ) -> Response:
        check_headers(headers)
        prepared = requests.Request(
            plan.method, plan.url, headers={**self._headers, **headers}, data=body
        ).prepare()
        if not stays_at(self._home, prepared.url or ""):
            raise StopSync(self._elsewhere(plan.method))
        answer = self._transport.send(
            prepared, stream=True, timeout=self._timeout, verify=self._ca_file or True
        )
        try:
            content = b"".join(_content(answer.raw))
        except BaseException:
            answer.raw.close()
            raise
        return Response(
            status=answer.status_code,
            headers=CaseInsensitiveDict(answer.headers),
            body=content,
            request=plan.name,
            secrets=plan.secrets,
        )

    @cached_property
    def _home(self) -> str:
        """The client's address, spelt as those of its requests are."""
        return requests.Request("GET", self.base_url).prepare().url or ""

    def _elsewhere(self, method: str) -> str:
        return f"{method} at {self.host}: a path leads elsewhere; nothing was sent"

    def _failure(
        self, error: BaseException, running: Exchange, plan: _Plan
    ) -> DestinationError:
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return StopSync(
                    f"the TLS certificate of {self.host} is not to be trusted:"
                    f" {cause.verify_message}. Check the address, the clock of this"
                    " machine, and whether there is a proxy in between"
                )
            if isinstance(cause, ssl.SSLError) and cause.reason in _NO_COMMON_TLS:
                return StopSync(
                    f"{self.host} offers no version of TLS that is safe to use"
                )
            if isinstance(cause, PrivateAddress):
                return StopSync(f"{self.host} leads into a private network")
        if running.expired:
            reason = f"no complete answer within {self._timeout[1]:g} s"
        else:
            reason = next(filter(None, map(_reason, causes)), type(error).__name__)
        text = f"{plan.name} at {self.host}: {reason}"
        return OutcomeUnknown(text) if running.sent else NotSent(text)


def _content(raw: Any) -> Iterator[bytes]:
    """The body in pieces, unpacked by us so that its size stays bounded."""
    packing = raw.headers.get("Content-Encoding", "").strip().lower()
    if packing not in ("", "identity", "gzip"):
        raise Unreadable("the answer is compressed in a way that was not asked for")
    unpack = zlib.decompressobj(31) if packing == "gzip" else None
    size = 0
    is_empty = True
    for piece in raw.stream(65_536, decode_content=False):
        is_empty = False
        if unpack is not None:
            piece = unpack.decompress(piece, _LARGEST_ANSWER + 1 - size)
        size += len(piece)
        if size > _LARGEST_ANSWER or (unpack and unpack.unconsumed_tail):
            raise Unreadable("the answer is longer than 10 MiB")
        yield piece
    if unpack is not None and not is_empty and not unpack.eof:
        raise Unreadable("the answer is cut off")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and everything that it wraps, in whatever way, each one once."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        item = waiting.pop(0)
        if not isinstance(item, BaseException) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        waiting += [getattr(item, "reason", None), item.__cause__, item.__context__]
        waiting += item.args


def _reason(error: BaseException) -> str | None:
    """A text of ours for what went wrong; the library's would quote the URL."""
    if isinstance(error, Unreadable):
        return str(error)
    if isinstance(error, socket.gaierror):
        return "the host's name cannot be resolved"
    if isinstance(error, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(error, ssl.SSLError):
        return "TLS failed"
    if isinstance(error, TimeoutError):
        return "nothing came back in time"
    if isinstance(error, (ConnectionError, http.client.HTTPException)):
        return f"the connection broke ({type(error).__name__})"
    return None
