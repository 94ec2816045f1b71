"""A destination that takes everything at once: `python -m benchmarks.sink`.

It answers POST with 200 and an empty object, after `--latency` seconds, and GET
with what it received so far. It prints its address on its first line.
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
from urllib.request import urlopen

MARK = b'"customer_id"'
"""Comes once in every row."""

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
            head = bytes(self.buffer[:end]).lower()
            start = end + len(_END)
            length = _content_length(head)
            if len(self.buffer) < start + length:
                return
            body = bytes(self.buffer[start : start + length])
            del self.buffer[: start + length]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"get "):
            self._write(json.dumps(vars(self.received)).encode())
            return
        self.received.requests += 1
        self.received.rows += body.count(MARK)
        self.received.bytes += len(body)
        if self.latency:
            asyncio.get_running_loop().call_later(self.latency, self._write, b"{}")
        else:
            self._write(b"{}")

    def _write(self, body: bytes) -> None:
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        self.transport.write(f"{head}{len(body)}\r\n\r\n".encode() + body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
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
    with urlopen(address, timeout=10) as answer:  # noqa: S310
        return Received(**json.load(answer))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.0)
    asyncio.run(_serve(parser.parse_args().latency))
