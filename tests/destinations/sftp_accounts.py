"""Settings of an account at the SFTP server of the sandbox."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox

PASSWORD = "canary/password+42"


def sftp_settings(sandbox: Sandbox, **settings: Any) -> dict[str, Any]:
    """What `destinations.yml` would say, with these settings over it."""
    return {
        "host": "127.0.0.1",
        "port": sandbox.sftp.port,
        "username": "ann",
        "password": PASSWORD,
        "host_fingerprints": [sandbox.host_fingerprint],
        "folder": "/in",
        **settings,
    }
