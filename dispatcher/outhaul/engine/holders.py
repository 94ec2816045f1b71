"""Who holds a lease: a process, told apart from any other that ever ran.

So a sync can tell whether the holder of a lease is dead for certain: the same machine,
the same boot, the same view of its processes, and no such process. Where any of that is
not known, it may be alive.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

_UNKNOWN = "-"
_SECONDS = 5
"""For a program that answers at once, or hangs."""


def holder() -> str:
    """The name of a holder of leases: 'sync', machine, process, and a random part.

    The process is its number, where that counts (machine, boot, container) and when it
    started.
    """
    number = os.getpid()
    where, started = _where() or _UNKNOWN, _started(number) or _UNKNOWN
    host = socket.gethostname()
    return f"sync {host} {number} {where}:{started}:{uuid.uuid4().hex[:8]}"


def is_dead(name: str) -> bool:
    """Whether the process that took this name has certainly ended."""
    words = name.split(" ")
    if len(words) != 4 or words[0] != "sync" or not words[2].isdecimal():
        return False
    where, _, rest = words[3].partition(":")
    started = rest.partition(":")[0]
    if _UNKNOWN in (where, started) or not rest or where != _where():
        return False
    return not _is_alive(int(words[2]), started)


def _is_alive(number: int, started: str) -> bool:
    """Whether a process of this number runs that started then, or may have."""
    try:
        os.kill(number, 0)  # asks, and sends nothing
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True  # it is somebody else's
    now = _started(number)
    return now is None or now == started


def _where() -> str | None:
    """Where a number names one process: machine, boot, container; None: not known.

    Containers of one machine share its boot, and may share its name, but count their
    processes apart.
    """
    if sys.platform == "darwin":
        boot = _printed_by("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid")
        container = ""
    else:
        boot = _read("/proc/sys/kernel/random/boot_id")
        try:
            container = os.readlink("/proc/self/ns/pid")
        except OSError:
            return None
    if not boot:
        return None
    text = "\n".join((socket.gethostname(), boot, container))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _started(number: int) -> str | None:
    """When a process started, in the system's own terms; None: not known."""
    if sys.platform == "darwin":
        text = _printed_by("/bin/ps", "-o", "lstart=", "-p", str(number))
        return hashlib.sha256(text.encode()).hexdigest()[:8] if text else None
    # After the name of the program, which may hold anything, come state and times.
    words = _read(f"/proc/{number}/stat").rpartition(")")[2].split()
    if len(words) < 20:
        return None
    return "ended" if words[0] in "ZX" else words[19]


def _read(path: str) -> str:
    try:
        return Path(path).read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _printed_by(*command: str) -> str:
    """What a program of the system prints, in one language and time zone."""
    environment = {"LC_ALL": "C", "TZ": "UTC"}
    try:
        ended = subprocess.run(  # noqa: S603  the command is spelt out above
            command,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            env=environment,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ended.stdout.strip()
