"""An SFTP server in a process of its own: OpenSSH's where it is installed.

Else it is the sandbox's, by `python -m benchmarks.file_server`: it prints its port on
its first line. The variable OUTHAUL_SSHD names sshd where it is not on the usual path.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko

from outhaul.sandbox.faults import Faults
from outhaul.sandbox.sftp import SftpStandIn, host_key
from outhaul.sftp.host_keys import fingerprint

SSHD = os.environ.get("OUTHAUL_SSHD") or shutil.which(
    "sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
)
START_SECONDS = 10.0


@dataclass(frozen=True)
class FileServer:
    """Where files go, how to log in, and which server it is.

    folder: as the server calls it. local: the same folder on this machine.
    """

    name: str
    port: int
    username: str
    key_file: str
    host_key: str
    folder: str
    local: Path

    @property
    def environment(self) -> dict[str, str]:
        """What the benchmark's `destinations.yml` asks for."""
        return {
            "BENCHMARK_SFTP_PORT": str(self.port),
            "BENCHMARK_SFTP_USER": self.username,
            "BENCHMARK_SFTP_KEY": self.key_file,
            "BENCHMARK_SFTP_HOST_KEY": self.host_key,
            "BENCHMARK_SFTP_FOLDER": self.folder,
        }

    def forget(self) -> None:
        """Delete what was sent."""
        for file in self.local.iterdir():
            file.unlink()


@contextmanager
def running_file_server(folder: Path) -> Iterator[FileServer]:
    """A server that keeps its files in `folder`/in."""
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(folder / "key"))
    authorized = f"{key.get_name()} {key.get_base64()}\n"
    (folder / "authorized_keys").write_text(authorized)
    (folder / "in").mkdir()
    with _openssh(folder) if SSHD else _sandbox(folder) as server:
        yield server


@contextmanager
def _openssh(folder: Path) -> Iterator[FileServer]:
    """sshd lets nobody but its own user in, unless root runs it: then another does."""
    is_root = os.geteuid() == 0
    user = pwd.getpwnam("nobody" if is_root else getpass.getuser())
    host = paramiko.ECDSAKey.generate()
    host.write_private_key_file(str(folder / "host_key"))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\n"
        f"HostKey {folder}/host_key\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\n"
        "PidFile none\nUsePAM yes\nStrictModes no\nPasswordAuthentication no\n"
        "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    if is_root:
        folder.chmod(0o755)
        for name in ("host_key", "authorized_keys", "sshd_config", "in"):
            os.chown(folder / name, user.pw_uid, user.pw_gid)
    process = subprocess.Popen(
        [str(SSHD), "-D", "-e", "-f", str(folder / "sshd_config")],
        stderr=subprocess.DEVNULL,
        user=user.pw_uid if is_root else None,
        group=user.pw_gid if is_root else None,
        extra_groups=[] if is_root else None,
    )
    with process:
        try:
            _wait_for(port)
            yield FileServer(
                "OpenSSH",
                port,
                user.pw_name,
                str(folder / "key"),
                fingerprint(host),
                str(folder / "in"),
                folder / "in",
            )
        finally:
            process.terminate()


@contextmanager
def _sandbox(folder: Path) -> Iterator[FileServer]:
    command = [sys.executable, "-m", "benchmarks.file_server", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield FileServer(
                "the sandbox",
                int(process.stdout.readline()),
                "nobody",
                str(folder / "key"),
                fingerprint(host_key()),
                "/in",
                folder / "in",
            )
        finally:
            process.kill()


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("sshd does not listen")


def _serve(folder: Path) -> None:
    stand_in = SftpStandIn(Faults(), folder=folder)
    stand_in.public_keys.append(
        paramiko.ECDSAKey.from_private_key_file(str(folder / "key"))
    )
    stand_in.start("127.0.0.1", 0)
    sys.stdout.write(f"{stand_in.port}\n")
    sys.stdout.flush()
    threading.Event().wait()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
