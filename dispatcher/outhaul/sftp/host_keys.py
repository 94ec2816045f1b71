"""Which server we talk to: its key is pinned, and an unknown one is refused."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import NoReturn

import paramiko

from outhaul.errors import StopSync


def fingerprint(key: paramiko.PKey) -> str:
    """As OpenSSH shows it: `SHA256:` and 43 characters."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class Pinned(paramiko.MissingHostKeyPolicy):
    """Takes a host's key if its fingerprint is one of ours; never learns one."""

    def __init__(self, fingerprints: Sequence[str]) -> None:
        self._fingerprints = fingerprints

    def missing_host_key(
        self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey
    ) -> None:
        shown = fingerprint(key)
        for pinned in self._fingerprints:
            if hmac.compare_digest(pinned.strip().rstrip("="), shown):
                return
        if self._fingerprints:
            refuse_changed(hostname, key)
        raise StopSync(
            f"the host key of {hostname} is not known; it shows {key.get_name()}"
            f" {shown}. Compare this with what its owner tells you, then pin it:"
            f' host_fingerprints: ["{shown}"]'
        )


def refuse_changed(host: str, key: paramiko.PKey) -> NoReturn:
    """The server shows another key than the one that is pinned."""
    raise StopSync(
        f"the host key of {host} is not the one that is pinned: it shows"
        f" {key.get_name()} {fingerprint(key)}. Somebody may be in between; ask the"
        " server's owner before you pin another key"
    )
