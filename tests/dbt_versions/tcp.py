"""A server's socket file as a port: dbt 2 knows no socket files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

_CHUNK = 65_536


@contextmanager
def port_of(socket: Path) -> Iterator[int]:
    """A port on 127.0.0.1 that leads to the socket, until the block ends."""
    started: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def connect(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answers, requests = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(_copy(reader, requests), _copy(answers, writer))

    async def serve() -> None:
        end = asyncio.Event()
        server = await asyncio.start_server(connect, "127.0.0.1", 0)
        port = int(server.sockets[0].getsockname()[1])
        started.set_result((port, asyncio.get_running_loop(), end))
        await end.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    port, loop, end = started.result(timeout=10)
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # whoever hung up wants no more
    finally:
        writer.close()
