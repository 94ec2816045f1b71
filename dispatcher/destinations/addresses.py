"""What may be part of a request: addresses, segments of paths, headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from dispatcher.errors import ConfigurationError, RowRefused

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")

_CREDENTIALS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-api-key", "api-key"}
)


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine, where the sandbox lives."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def base_url_problem(url: str) -> str | None:
    """Why this cannot be the address of a destination, or None.

    It must be https. http is taken for this machine alone. Credentials belong
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
        return "must start with https://; http:// is taken for this machine alone"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or a password"
    if parts.query or parts.fragment or re.search(r"[^!-~]", url):
        return "must be a plain address without query, fragment and spaces"
    return None


def segment(value: Any) -> str:
    """A value as one segment of a path, so that it cannot lead elsewhere."""
    text = str(value)
    if text in ("", ".", ".."):
        raise RowRefused("path", "an empty value or dots cannot be part of an address")
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
    told = [(name, base_url_problem(getattr(account, name))) for name in urls]
    for name in headers:
        value = getattr(account, name)
        is_left_out = not value and name in optional
        told.append((name, None if is_left_out else header_problem(value)))
    problems = [f"'{name}' {problem}" for name, problem in told if problem]
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
            problem = "has a name that is none"
        elif name.lower() in _CREDENTIALS and not are_secret:
            problem = "holds a credential: write it under 'secret_headers'"
        if problem:
            problems.append(f"'{setting}': {name!r} {problem}")
    return problems


def check_headers(headers: Mapping[str, str]) -> None:
    """Raises ConfigurationError, without the value, which may be a secret."""
    for name, value in headers.items():
        problem = header_problem(value)
        if not _HEADER_NAME.fullmatch(name):
            problem = "has a name that is none"
        if problem:
            raise ConfigurationError(f"the value for the header {name!r} {problem}")
