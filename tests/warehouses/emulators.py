"""Servers that stand in for warehouses, each with an environment of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 90
_STOP_SECONDS = 10


class Emulator:
    """A running server; `log` is what it wrote."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        folder: Path,
        is_ready: Callable[[], bool],
        environ: Mapping[str, str],
    ) -> None:
        """Start `tests/warehouses/<name>_emulator.py` and wait until it is ready."""
        self.log = folder / f"{name}.log"
        program = Path(__file__).with_name(f"{name}_emulator.py")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(_python(name)), "-I", str(program), *arguments],
                cwd=folder,
                env={**os.environ, **environ},
                stdin=subprocess.PIPE,  # it ends with it, if this process is killed
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                tail = self.log.read_text(errors="replace")[-2000:]
                raise RuntimeError(f"{name} did not start:\n{tail}")
            time.sleep(0.1)

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def require(name: str) -> None:
    """Skip the test where the emulator is not installed."""
    if not _python(name).exists():
        pytest.skip(f"what stands in for {name} is not installed: run 'make test'")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def listens(port: int) -> bool:
    """Whether somebody answers at a port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def _python(name: str) -> Path:
    return ROOT / f".venv-emulator-{name}" / "bin" / "python"
