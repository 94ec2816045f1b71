"""A destination that takes everything at once: `python -m benchmarks.sink`.

It answers as `vendors.py` says, after `--latency` seconds, and under `/received` with
what it received so far. It prints its address on its first line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

import orjson

from benchmarks.vendors import answer

_END = b"\r\n\r\n"


@dataclass
class Received:
    """What the sink was sent."""

    requests: int = 0
    rows: int = 0
    bytes: int = 0


@dataclass
class _Exchange(asyncio.Protocol):
    """One connection, kept alive: requests of known length, one after the other."""

    received: Received
    latency: float
    buffer: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(_END)) >= 0:
            head = bytes(self.buffer[:end])
            start = end + len(_END)
            length = _content_length(head)
            if len(self.buffer) < start + length:
                return
            body = bytes(self.buffer[start : start + length])
            del self.buffer[: start + length]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        method, path, _ = head.partition(b"\r\n")[0].decode().split(" ", 2)
        if path == "/received":
            self._write(200, vars(self.received))
            return
        status, content, rows = answer(method, path, body)
        self.received.requests += 1
        self.received.rows += rows
        self.received.bytes += len(body)
        if self.latency:
            loop = asyncio.get_running_loop()
            loop.call_later(self.latency, self._write, status, content)
        else:
            self._write(status, content)

    def _write(self, status: int, content: Any) -> None:
        body = b"" if content is None else orjson.dumps(content)
        head = (
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(latency: float) -> None:
    received = Received()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Exchange(received, latency), "127.0.0.1", 0
    )
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(f"http://127.0.0.1:{port}\n")
    sys.stdout.flush()
    await server.serve_forever()


@contextmanager
def running_sink(latency: float = 0.0) -> Iterator[str]:
    """A sink in a process of its own; yields its address."""
    command = [sys.executable, "-m", "benchmarks.sink", "--latency", str(latency)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def received_by(address: str) -> Received:
    """What a running sink was sent."""
    with urlopen(f"{address}/received", timeout=10) as told:  # noqa: S310
        return Received(**json.load(told))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(_serve(parser.parse_args().latency))
