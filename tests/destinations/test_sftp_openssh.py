"""Delivery to OpenSSH's own server, where it is installed.

The variable OUTHAUL_SSHD names the program where it is not on the usual path.
"""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from outhaul.destinations.sftp import ChangesOptions, Sftp
from outhaul.errors import StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Row, Status
from outhaul.sftp.host_keys import fingerprint
from tests.destinations.binding import bound

SSHD = os.environ.get("OUTHAUL_SSHD") or shutil.which(
    "sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
)
NAME = "vip__sftp_19700101_000001_000000001.csv"

pytestmark = pytest.mark.skipif(
    not SSHD, reason="OpenSSH's sshd is not installed; OUTHAUL_SSHD may name it"
)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def login_name():
    """sshd lets nobody but its own user in, unless root runs it: then another does."""
    return "nobody" if os.geteuid() == 0 else getpass.getuser()


@pytest.fixture
def folder():
    """Short and open to another user, which a folder of pytest's is not."""
    with tempfile.TemporaryDirectory(prefix="outhaul-sshd-") as made:
        yield Path(made)


@pytest.fixture
def account(folder):
    host_key, key = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    host_key.write_private_key_file(str(folder / "host_key"))
    key.write_private_key_file(str(folder / "key"))
    line = f"{key.get_name()} {key.get_base64()}\n"
    (folder / "authorized_keys").write_text(line)
    (folder / "in").mkdir()
    port = free_port()
    (folder / "sshd_config").write_text(
        f"ListenAddress 127.0.0.1:{port}\n"
        f"HostKey {folder}/host_key\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\n"
        # With PAM, an account that is locked for passwords is let in by its key.
        "PidFile none\nUsePAM yes\nStrictModes no\nPasswordAuthentication no\n"
        "Subsystem sftp internal-sftp\nForceCommand internal-sftp\n"
    )
    user = pwd.getpwnam(login_name())
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(
            [str(SSHD), "-D", "-e", "-f", str(folder / "sshd_config")],
            stderr=log,
            user=user.pw_uid if os.geteuid() == 0 else None,
            group=user.pw_gid if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
        )
    try:
        wait_for(port, server, folder / "log")
        yield Sftp(
            host="127.0.0.1",
            port=port,
            username=user.pw_name,
            private_key=(folder / "key").read_text(),
            host_fingerprints=[fingerprint(host_key)],
            folder=str(folder / "in"),
        )
    finally:
        server.terminate()
        print((folder / "log").read_text())
        server.wait(10)


def wait_for(port, server, log):
    for _ in range(100):
        if server.poll() is not None:
            pytest.skip(f"sshd does not start here: {log.read_text()[-300:]}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    pytest.fail("sshd does not listen")


def send(account, count=3):
    options = ChangesOptions(formulas="machine")
    activation = Activation("vip__sftp", "vip", "sftp", generation=1)
    service = bound(account, "changes", options, activation)
    service.check([])
    service.prepare([])
    wide = {"text": "é" * 30_000}
    rows = [Row(number, Change.INSERTED, wide) for number in range(1, count + 1)]
    return service.send(Items.of(Encoded(row, service.encode(row)) for row in rows))


def test_a_file_arrives_whole_and_replaces_its_earlier_self(folder, account):
    assert {outcome.status for outcome in send(account, 40)} == {Status.ACCEPTED}
    size = (folder / "in" / NAME).stat().st_size
    assert size > 40 * 60_000
    send(account, 3)
    assert [path.name for path in (folder / "in").iterdir()] == [NAME]
    assert (folder / "in" / NAME).stat().st_size < size


def test_another_host_key_and_another_login_are_refused(folder, account):
    with pytest.raises(StopSync, match="not the one that is pinned"):
        send(replace(account, host_fingerprints=["SHA256:" + "A" * 43]))
    other = paramiko.ECDSAKey.generate()
    other.write_private_key_file(str(folder / "other"))
    with pytest.raises(StopSync, match="does not let"):
        send(replace(account, private_key=(folder / "other").read_text()))
    send(account)


def test_a_folder_that_may_not_be_written_stops_the_sync(folder, account):
    (folder / "in").chmod(0o500)
    with pytest.raises(StopSync, match="does not let us write"):
        send(account)
    (folder / "in").chmod(0o700)
    send(account)


def test_a_folder_that_is_not_there_stops_the_sync(folder, account):
    (folder / "in").rmdir()
    with pytest.raises(StopSync, match="there is no folder"):
        send(account)
