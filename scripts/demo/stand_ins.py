"""The sandbox of the demo: started, filled with an app's users, and asked."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

APP_KEY = "invented-ios-app"
APP_USERS = [str(number) for number in range(1, 1_001) if number % 3]
NEW_CONTACTS = "New customers"


@dataclass(frozen=True)
class StandIns:
    """The address of the sandbox, and of the server for files."""

    address: str
    sftp_port: int
    fingerprint: str
    token: str

    def state(self) -> Any:
        """What the stand-ins hold."""
        return _call(self.address, self.token, "state")

    def environment(self) -> dict[str, str]:
        """What the starter's destinations.yml asks for, with invented secrets."""
        return {
            "SENDGRID_API_KEY": "SG.invented-for-the-sandbox",
            "OUTHAUL_SENDGRID_URL": f"{self.address}/sendgrid",
            "BATCH_REST_API_KEY": "invented",
            "BATCH_IOS_KEY": APP_KEY,
            "OUTHAUL_BATCH_URL": f"{self.address}/batch",
            "EMARSYS_CLIENT_ID": "invented",
            "EMARSYS_CLIENT_SECRET": "invented",
            "OUTHAUL_EMARSYS_URL": f"{self.address}/emarsys",
            "OUTHAUL_EMARSYS_TOKEN_URL": f"{self.address}/emarsys/oauth2/token",
            "SPLIO_API_KEY": "invented",
            "OUTHAUL_SPLIO_URL": f"{self.address}/splio",
            "SPLIO_SFTP_HOST": "127.0.0.1",
            "SPLIO_SFTP_PORT": str(self.sftp_port),
            "SPLIO_SFTP_USER": "invented",
            "SPLIO_SFTP_PASSWORD": "invented",
            "SPLIO_SFTP_FINGERPRINT": self.fingerprint,
        }


@contextmanager
def sandbox() -> Iterator[StandIns]:
    """Run `outhaul sandbox` on free ports until the block ends.

    The app has identified its users before: Batch knows them. At Emarsys somebody has
    made the list that new contacts are put on.
    """
    port = free_port()
    command = [Path(sys.executable).with_name("outhaul"), "sandbox", "--port", port]
    token = secrets.token_urlsafe(16)
    with subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OUTHAUL_SANDBOX_TOKEN": token},
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(address, token, process)
            held = {
                "batch": {"apps": {APP_KEY: {user: {} for user in APP_USERS}}},
                "emarsys": {"lists": {"1": NEW_CONTACTS}},
            }
            _call(address, token, "state", held)
            yield StandIns(address, port + 1, fingerprint_of(process), token)
        finally:
            process.terminate()


def free_port() -> int:
    """A port that is free, and the next one too: files come over that."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_for(address: str, token: str, process: subprocess.Popen[str]) -> None:
    """Wait until the sandbox answers."""
    for _ in range(200):
        try:
            _call(address, token, "state")
        except URLError:
            time.sleep(0.1)
        else:
            return
        if process.poll() is not None:
            break
    sys.exit("The sandbox did not start.")


def fingerprint_of(process: subprocess.Popen[str]) -> str:
    """That of the server for files, which the sandbox prints."""
    for line in process.stdout or ():
        if "host key: " in line:
            return line.partition("host key: ")[2].strip()
    sys.exit("The sandbox did not tell its host key.")


def _call(address: str, token: str, what: str, given: Any = None) -> Any:
    body = None if given is None else json.dumps(given).encode()
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{address}/_sandbox/{what}"
    request = Request(url, data=body, headers=headers)  # noqa: S310
    with urlopen(request, timeout=10) as answer:  # noqa: S310
        return json.loads(answer.read() or "null")
