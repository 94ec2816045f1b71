"""Who may talk to the sandbox: programs of this machine, and no web page.

Any page that a browser shows can send requests to 127.0.0.1, and a name of its own
can point there. A browser tells where a request comes from (`Origin`,
`Sec-Fetch-Site`) and which name it asked for (`Host`); the control endpoint wants a
token beside that, which the sandbox prints when it starts.

https://fetch.spec.whatwg.org/#origin-header
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from outhaul.sandbox.messages import Reply

_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
_OWN_SITES = frozenset({"", "none", "same-origin"})


def refusal_of(headers: Mapping[str, str], address: str, host: str) -> Reply | None:
    """Why a request is not answered, or None.

    headers: names in lower case. address: the sandbox's own. host: where it listens.
    """
    name = _host_of(f"//{headers.get('host', '')}")
    if name not in _LOCAL | {host}:
        return Reply(421, {"error": "ask for 127.0.0.1, localhost or ::1"})
    origin = headers.get("origin", "")
    if origin and origin != address:
        return Reply(403, {"error": "web pages may not use the sandbox"})
    if headers.get("sec-fetch-site", "") not in _OWN_SITES:
        return Reply(403, {"error": "web pages may not use the sandbox"})
    return None


def has_token(headers: Mapping[str, str], token: str) -> bool:
    """Whether a request to the control endpoint holds the token."""
    sent = headers.get("authorization", "")
    return hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
