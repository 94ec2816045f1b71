"""What may be part of a request: addresses, paths and their parts, headers.

Text that becomes part of an address is either one part of its path (`path_part`) or
a path that somebody wrote (`path_problem`). Where all of it has come together,
`stays_at` says whether the request still goes where the account's settings said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

from outhaul.errors import ConfigurationError, RowRefused
from outhaul.http.networks import is_private_host

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")

_PORTS = {"https": 443, "http": 80}
_DOTS = frozenset({".", ".."})
_SLASHES = re.compile(r"[/\\]|%5[cC]")

_CREDENTIALS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key"}
)


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where the sandbox lives."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def is_private_url(url: str) -> bool:
    """Whether an address, as it is written, leads to no host of the public network."""
    return is_private_host(urlsplit(url).hostname or "")


def base_url_problem(url: str) -> str | None:
    """Why this cannot be the address of a destination, or None.

    It must be https; http is accepted for this machine only. Credentials belong
    into settings of their own, and a query or fragment has no place.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not a web address"
    if parts.scheme not in ("https", "http") or not host:
        return "must start with https:// and name a host"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "must start with https://; http:// is accepted for this machine only"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or a password"
    if parts.query or parts.fragment or re.search(r"[^!-~]|\\", url):
        return "must be a plain address without query, fragment, backslash and spaces"
    return None


def path_problem(path: str) -> str | None:
    """Why this cannot be appended to an address as a path, or None.

    It begins with a slash, so that it cannot continue the name of the host or its
    port, and neither as it is written nor unpacked does it lead upwards. A query may
    follow.
    """
    plain = _unpacked(path.partition("?")[0])
    pieces = plain.split("/")[1:]
    is_path = (
        path.startswith("/")
        and not re.search(r"[^!-~]|[\\#]", path)
        and plain.isprintable()
        and "\\" not in plain
        and "" not in pieces[:-1]
        and _DOTS.isdisjoint(pieces)
    )
    if not path or is_path:
        return None
    return (
        "must be a path such as /customers: a slash first, and no '//', '..', '#',"
        " backslash, space or line break, also in the form of %2F or %2E. The host is"
        " that of the account alone"
    )


def stays_at(base_url: str, url: str) -> bool:
    """Whether an address that was made of `base_url` still leads there.

    The same scheme, host and port, no user name, and a path below that of `base_url`.
    """
    base, other = urlsplit(base_url), urlsplit(url)
    try:
        is_same = _origin(base) == _origin(other)
    except ValueError:
        return False
    below = f"{other.path}/".startswith(f"{base.path.rstrip('/')}/")
    return is_same and below and "@" not in other.netloc and not leads_up(other.path)


def leads_up(path: str) -> bool:
    """Whether a piece of a path is one or two dots, as a server may read them."""
    pieces = _SLASHES.split(path.partition("?")[0])
    return not _DOTS.isdisjoint(map(unquote, pieces))


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _unpacked(text: str) -> str:
    """Without any percent-encoding, however often it was applied."""
    while (plain := unquote(text)) != text:
        text = plain
    return text


def path_part_problem(value: Any) -> str | None:
    """Why this cannot be one part of a path, or None."""
    text = str(value)
    if text == "" or text in _DOTS:
        return "an empty value or dots cannot be part of an address"
    return None


def path_part(value: Any) -> str:
    """A value as one part of a path, so that it cannot lead elsewhere."""
    text = str(value)
    if problem := path_part_problem(text):
        raise RowRefused("path", problem)
    try:
        return quote(text, safe="", errors="strict")
    except UnicodeEncodeError:
        raise RowRefused("path", "a value in an address is not Unicode") from None


def header_problem(value: str) -> str | None:
    """Why this cannot be the value of an HTTP header, or None."""
    if not value.strip():
        return "is empty"
    if value != value.strip():
        return "starts or ends with white space"
    if not _HEADER_VALUE.fullmatch(value):
        return "holds a line break or a character that is not ASCII"
    return None


def setting_problems(
    account: Any, urls: Sequence[str] = (), headers: Sequence[str] = ()
) -> list[str]:
    """What is wrong with settings of these names, one sentence each.

    urls: addresses of a destination. headers: what stands in headers; one that may be
    left out is empty then. The setting `ca_file`, where there is one, names a file.
    """
    optional = {field.name for field in fields(account) if field.default == ""}
    found = [(name, base_url_problem(getattr(account, name))) for name in urls]
    for name in headers:
        value = getattr(account, name)
        is_left_out = not value and name in optional
        found.append((name, None if is_left_out else header_problem(value)))
    problems = [f"'{name}' {problem}" for name, problem in found if problem]
    file = getattr(account, "ca_file", "")
    if file and not Path(file).is_file():
        problems.append(f"'ca_file' names no file: {file}")
    return problems


def headers_problems(
    setting: str, headers: Mapping[str, str], *, are_secret: bool = False
) -> list[str]:
    """What is wrong with the headers of a setting, one sentence each."""
    problems = []
    for name, value in headers.items():
        problem = header_problem(value)
        if not _HEADER_NAME.fullmatch(name):
            problem = "is not a valid name"
        elif name.lower() in _CREDENTIALS and not are_secret:
            problem = "holds a credential: write it under 'secret_headers'"
        if problem:
            problems.append(f"'{setting}': {name!r} {problem}")
    return problems


def check_headers(headers: Mapping[str, str]) -> None:
    """Raises ConfigurationError, without the value, which may be a secret."""
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            raise ConfigurationError(f"{name!r} is not a valid name for a header")
        if problem := header_problem(value):
            raise ConfigurationError(f"the value for the header {name!r} {problem}")
