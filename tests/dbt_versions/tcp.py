"""A server's socket file as a port: dbt 2 knows no socket files."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK = 65_536


@contextmanager
def port_of(socket: Path) -> Iterator[int]:
    """A port on 127.0.0.1 that leads to the socket, until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def connect(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answers, requests = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(_copy(reader, requests), _copy(answers, writer))

    def wait_for(coroutine):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    server = wait_for(asyncio.start_server(connect, "127.0.0.1", 0))
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass  # whoever hung up wants no more
    finally:
        writer.close()
