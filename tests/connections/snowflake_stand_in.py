"""A server that speaks as much of Snowflake's HTTP protocol as errors need.

The emulator knows no sessions that end, no locks, no warehouses and no wrong passwords.
"""

from __future__ import annotations

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class SnowflakeStandIn:
    """Answers each statement by the next of `answers`; without one, by the number 1.

    An answer is (code, sqlstate, message). `logins` and `statements` are what was
    asked; `refusal` is the answer to a login.
    """

    def __init__(self) -> None:
        self.answers: list[tuple[str, str, str]] = []
        self.refusal: tuple[str, str] | None = None
        self.logins: list[dict[str, Any]] = []
        self.statements: list[dict[str, Any]] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                answer = stand_in.answer(self.path, json.loads(body or b"{}"))
                data = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def profile(self) -> dict[str, Any]:
        """A target of `profiles.yml` for it."""
        return {
            "type": "snowflake",
            "account": "my_org-my_account",
            "user": "tester",
            "password": "hunter2-hunter2",
            "host": "127.0.0.1",
            "port": self._server.server_port,
            "protocol": "http",
            "role": "sender",
            "warehouse": "small",
            "database": "analytics",
            "schema": "marts",
            "connect_retries": 0,
        }

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.startswith("/session/v1/login-request"):
            self.logins.append(body["data"])
            if self.refusal is not None:
                code, message = self.refusal
                return {"success": False, "code": code, "message": message, "data": {}}
            token = f"token-{len(self.logins)}"
            return _success(token=token, masterToken=token, parameters=[])
        if not path.startswith("/queries/v1/query-request"):
            return _success()
        self.statements.append(body)
        if not self.answers:
            return _success(
                rowtype=[_column("ONE", "fixed")],
                rowset=[["1"]],
                total=1,
                returned=1,
                queryId="q",
                queryResultFormat="json",
                statementTypeId=4096,
            )
        code, state, message = self.answers.pop(0)
        data = {"errorCode": code, "sqlState": state, "queryId": "q"}
        return {"success": False, "code": code, "message": message, "data": data}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _success(**data: Any) -> dict[str, Any]:
    return {"success": True, "code": None, "message": None, "data": data}


def _column(name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "nullable": True,
        "precision": 38,
        "scale": 0,
        "length": None,
        "byteLength": None,
    }
