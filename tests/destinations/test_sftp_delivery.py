"""How a file gets into its folder, and what a lost connection leaves (H01-H19)."""

from __future__ import annotations

import dataclasses
import logging
import os
import re
import socket
import threading
import time
from pathlib import Path

import paramiko
import pytest

from outhaul.destinations.sftp import Changes, ChangesOptions, Sftp
from outhaul.errors import ConfigurationError, NotSent, OutcomeUnknown, StopSync
from outhaul.kit.files.account import SftpAccount
from outhaul.kit.files.server import Server
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Row, Status
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.sftp_accounts import PASSWORD, sftp_settings

ROOT = Path(__file__).resolve().parents[2]
NAME = "/in/vip__sftp_19700101_000007_000000001.csv"
ACTIVATION = Activation("vip__sftp", "vip", "sftp", generation=7)


@pytest.fixture
def account(sandbox):
    return Sftp(**sftp_settings(sandbox))


def service(account, **options):
    options = ChangesOptions(**{"formulas": "machine", **options})
    return bound(account, "changes", options, ACTIVATION)


def send(account, numbers=(1, 2), **options):
    sender = service(account, **options)
    rows = [Row(n, Change.INSERTED, {"id": n}) for n in numbers]
    return sender.send(Items.of(Encoded(row, sender.encode(row)) for row in rows))


def names(sandbox):
    return sorted(sandbox.sftp.files.all())


def parts(sandbox):
    return [name for name in names(sandbox) if name.endswith(".part")]


def operations(sandbox):
    return [each["method"] for each in sandbox.state()["requests"]]


# --- who is on the other side


def test_H01_an_unknown_host_key_is_refused_with_its_fingerprint(sandbox, account):
    unpinned = dataclasses.replace(account, host_fingerprints=[])
    with pytest.raises(StopSync) as caught:
        send(unpinned)
    shown = re.search(r'host_fingerprints: \["(SHA256:[^"]+)"\]', str(caught.value))
    assert shown
    assert operations(sandbox) == []
    send(dataclasses.replace(account, host_fingerprints=[shown[1]]))
    assert names(sandbox) == [NAME]


def test_H02_a_changed_host_key_is_refused(sandbox, account):
    changed = dataclasses.replace(account, host_fingerprints=["SHA256:" + "A" * 43])
    with pytest.raises(StopSync, match="not the one that is pinned"):
        send(changed)
    assert operations(sandbox) == []


def known_hosts(sandbox, folder, key):
    file = folder / "known_hosts"
    host = f"[127.0.0.1]:{sandbox.sftp.port}"
    file.write_text(f"{host} {key.get_name()} {key.get_base64()}\n")
    return str(file)


def test_H02_a_known_hosts_file_pins_as_well(sandbox, account, tmp_path):
    from outhaul.sandbox.sftp import host_key

    file = known_hosts(sandbox, tmp_path, host_key())
    send(dataclasses.replace(account, host_fingerprints=[], known_hosts_file=file))
    assert names(sandbox) == [NAME]
    other = known_hosts(sandbox, tmp_path, paramiko.ECDSAKey.generate())
    changed = dataclasses.replace(account, known_hosts_file=other)
    with pytest.raises(StopSync, match="not the one that is pinned"):
        send(changed)


def test_H03_no_code_connects_a_bare_transport():
    folder = ROOT / "dispatcher" / "outhaul"
    for file in folder.rglob("*.py"):
        code = re.sub(r'""".*?"""', "", file.read_text("utf-8"), flags=re.DOTALL)
        assert "AutoAddPolicy" not in code and "WarningPolicy" not in code
        assert not re.search(r"[Tt]ransport[^\n]*\.connect\(", code), file
    session = (folder / "sftp" / "session.py").read_text("utf-8")
    assert "client.connect(" in session


# --- who we are


def test_H12_a_wrong_password_is_refused_once_and_not_shown(sandbox, caplog, capfd):
    sandbox.sftp._password = "another"
    with pytest.raises(StopSync) as caught:
        send(Sftp(**sftp_settings(sandbox)))
    assert operations(sandbox) == ["LOGIN"]
    captured = capfd.readouterr()
    shown = f"{caught.value}{caught.value.__context__!r}{caplog.text}{captured}"
    assert "canary" not in shown
    assert "check the user name and the password" in str(caught.value)


def test_H12_no_agent_and_no_key_of_this_machine_is_offered(
    sandbox, tmp_path, monkeypatch
):
    home = tmp_path / ".ssh"
    home.mkdir()
    key = paramiko.ECDSAKey.generate()
    key.write_private_key_file(str(home / "id_ecdsa"))
    sandbox.sftp.public_keys.append(key)
    sandbox.sftp._password = "another"
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(StopSync):
        send(Sftp(**sftp_settings(sandbox)))
    assert operations(sandbox) == ["LOGIN"]


def key_file(folder, *, passphrase=None, mode=0o600):
    key = paramiko.ECDSAKey.generate()
    file = folder / "key"
    key.write_private_key_file(str(file), password=passphrase)
    file.chmod(mode)
    return key, str(file)


def test_H12_a_key_logs_in_from_a_file_or_from_the_environment(
    sandbox, account, tmp_path
):
    key, file = key_file(tmp_path)
    sandbox.sftp.public_keys.append(key)
    by_file = dataclasses.replace(account, password="", private_key_file=file)
    assert by_file.validate() == []
    send(by_file)
    text = Path(file).read_text()
    send(dataclasses.replace(account, password="", private_key=text))
    assert names(sandbox) == [NAME]


def test_H12_a_key_with_a_passphrase_needs_it(sandbox, account, tmp_path):
    key, file = key_file(tmp_path, passphrase="canary words")
    sandbox.sftp.public_keys.append(key)
    locked = dataclasses.replace(account, password="", private_key_file=file)
    with pytest.raises(ConfigurationError, match="set 'private_key_passphrase'"):
        send(locked)
    wrong = dataclasses.replace(locked, private_key_passphrase="canary wrong")
    with pytest.raises(ConfigurationError) as caught:
        send(wrong)
    assert "canary" not in str(caught.value)
    send(dataclasses.replace(locked, private_key_passphrase="canary words"))
    assert names(sandbox) == [NAME]


def test_H12_what_is_no_key_is_told(account):
    broken = dataclasses.replace(account, password="", private_key="canary, no key")
    with pytest.raises(ConfigurationError) as caught:
        send(broken)
    assert "is not an Ed25519, ECDSA or RSA key" in str(caught.value)
    assert "canary" not in str(caught.value)


def test_H13_a_key_file_that_others_can_read_is_refused(account, tmp_path):
    _, file = key_file(tmp_path, mode=0o644)
    shared = dataclasses.replace(account, private_key_file=file)
    (problem,) = shared.validate()
    assert "mode 0644" in problem
    assert dataclasses.replace(shared, allow_shared_key_file=True).validate() == []
    os.chmod(file, 0o600)
    assert shared.validate() == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"password": ""}, "give 'password'"),
        ({"private_key": "a", "private_key_file": __file__}, "not both"),
        ({"private_key_file": "/nowhere/key"}, "names no file"),
        ({"known_hosts_file": "/nowhere/known"}, "names no file"),
        ({"folder": "in/../../etc"}, "must not lead upwards"),
        ({"folder": "in\\..\\..\\etc"}, "must not lead upwards"),
        ({"done_suffix": "/../../x"}, "must be the end of a name"),
        ({"staging_folder": "a\x00b"}, "cannot be printed"),
    ],
)
def test_H14_settings_that_cannot_work_are_told(account, settings, problem):
    (first, *_) = dataclasses.replace(account, **settings).validate()
    assert problem in first
    assert account.validate() == []


# --- losing the connection


def test_H04_a_drop_while_sending_leaves_nothing_under_the_final_name(sandbox, account):
    sandbox.add_faults(Fault("drop", "WRITE", skip=3))
    wide = "x" * 32_768
    sender = service(account)
    rows = [Row(n, Change.INSERTED, {"id": n, "text": wide}) for n in range(1, 9)]
    items = Items.of(Encoded(row, sender.encode(row)) for row in rows)
    with pytest.raises(NotSent, match="while it was sent"):
        sender.send(items)
    assert names(sandbox) == parts(sandbox) and len(parts(sandbox)) == 1
    assert 0 < sandbox.sftp.files.size(parts(sandbox)[0]) < 8 * len(wide)
    sender.send(items)
    assert names(sandbox) == [NAME]


def test_H05_a_drop_before_the_rename_is_sent_again_under_the_same_name(
    sandbox, account
):
    sandbox.add_faults(Fault("drop", "STAT", path="*.part"))
    with pytest.raises(NotSent):
        send(account)
    assert names(sandbox) == parts(sandbox)
    send(account)
    assert names(sandbox) == [NAME]


def test_H06_a_lost_answer_to_the_rename_is_settled_by_looking(sandbox, account):
    sandbox.add_faults(Fault("drop", "REPLACE", applied=True))
    assert [outcome.status for outcome in send(account)] == [Status.ACCEPTED] * 2
    assert names(sandbox) == [NAME]
    assert operations(sandbox).count("REPLACE") == 1


def test_H06_a_rename_that_was_not_made_is_not_sent(sandbox, account):
    sandbox.add_faults(Fault("drop", "REPLACE"))
    with pytest.raises(NotSent, match="while it was renamed"):
        send(account)
    assert names(sandbox) == parts(sandbox)
    send(account)
    assert names(sandbox) == [NAME]


def test_H06_where_nobody_can_be_asked_the_outcome_is_unknown(sandbox, account):
    sandbox.add_faults(Fault("drop", "REPLACE"), Fault("drop", "STAT", skip=1))
    with pytest.raises(OutcomeUnknown, match="it may be there"):
        send(account)


def test_H06_a_file_that_was_taken_before_we_looked_is_unknown(sandbox, account):
    sandbox.sftp.files.watchers.append(lambda path, content: take(sandbox, path))
    sandbox.add_faults(Fault("drop", "REPLACE", applied=True))
    with pytest.raises(OutcomeUnknown, match="or taken already"):
        send(account)


def take(sandbox, path):
    """The reader takes a file as soon as it is complete."""
    if path == NAME:
        sandbox.sftp.files.remove(path)


def test_H08_a_file_that_is_taken_at_once_is_accepted_and_not_made_again(
    sandbox, account
):
    sandbox.sftp.files.watchers.append(lambda path, content: take(sandbox, path))
    assert {outcome.status for outcome in send(account)} == {Status.ACCEPTED}
    assert names(sandbox) == []
    assert operations(sandbox).count("OPEN") == 1


def test_nobody_answering_is_not_sent(account):
    for port in (1, closed_port()):
        with pytest.raises(NotSent, match="refused"):
            send(dataclasses.replace(account, port=port))
    with pytest.raises(NotSent, match="cannot be resolved"):
        send(dataclasses.replace(account, host="nowhere.invalid"))


def closed_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def test_a_server_that_is_no_ssh_server_is_not_sent(account):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NotSent):
            send(dataclasses.replace(account, port=port))
        thread.join()


# --- what a server cannot do


def test_H07_without_an_atomic_replace_an_older_file_is_not_touched(sandbox, account):
    sandbox.add_faults(Fault("unsupported", "REPLACE", times=None))
    send(account)
    before = sandbox.sftp.files.all()
    with pytest.raises(StopSync, match="allow_non_atomic: true"):
        send(account, (1, 2, 3))
    assert sandbox.sftp.files.all() == before


def test_H07_the_fallback_deletes_the_older_file_first(sandbox, account):
    sandbox.add_faults(Fault("unsupported", "REPLACE", times=None))
    fallback = dataclasses.replace(account, allow_non_atomic=True)
    send(fallback)
    before = sandbox.sftp.files.all()
    send(fallback, (1, 2, 3))
    assert names(sandbox) == [NAME]
    assert sandbox.sftp.files.all() != before


@pytest.mark.parametrize("what", ["full", "swallow"])
def test_H10_a_full_disk_is_not_sent_and_the_part_is_removed(sandbox, account, what):
    sandbox.add_faults(Fault(what, "WRITE"))
    with pytest.raises(NotSent, match="is the disk full"):
        send(account)
    assert names(sandbox) == []
    send(account)
    assert names(sandbox) == [NAME]


def test_H10_a_hole_in_the_middle_of_a_file_is_noticed(sandbox, account):
    """Writes that are under way at a time: each answer counts, not the last one."""
    for what in ("full", "deny"):
        sandbox.add_faults(Fault(what, "WRITE", skip=2))
        sender = service(account)
        row = Row(1, Change.INSERTED, {"text": "x" * 300_000})
        with pytest.raises((NotSent, StopSync)):
            sender.send(Items.of([Encoded(row, sender.encode(row))]))
        assert names(sandbox) == []


# --- a server that takes files and does not let us look


LOOKS = {
    "sizeless": [Fault("sizeless")],
    "no_stat": [Fault("deny", "STAT", times=None)],
    "no_looks": [Fault("deny", each, times=None) for each in ("STAT", "LIST")],
}


@pytest.mark.parametrize("server", LOOKS)
def test_a_server_that_does_not_let_us_look_needs_verify_none(sandbox, account, server):
    sandbox.add_faults(*LOOKS[server])
    with pytest.raises(
        StopSync, match=r"(sizes of files|STAT is denied).*verify: none"
    ):
        send(account)
    assert names(sandbox) == []
    unseen = dataclasses.replace(account, verify="none")
    service(unseen).prepare([])
    assert len(send(unseen)) == 2
    assert names(sandbox) == [NAME]


@pytest.mark.parametrize("server", LOOKS)
def test_check_finds_out_whether_the_server_lets_us_look(sandbox, account, server):
    assert len(service(account).check([])) == 1
    send(account)
    sandbox.add_faults(*LOOKS[server])
    with pytest.raises(StopSync, match="verify: none"):
        service(account).check([])
    notes = service(dataclasses.replace(account, verify="none")).check([])
    cannot_list = [each for each in notes if "does not let us list '/in'" in each]
    assert len(cannot_list) == (server == "no_looks")


def test_a_server_that_lists_nothing_is_no_reason_to_look_away(sandbox, account):
    sandbox.add_faults(Fault("deny", "LIST", times=None))
    _, note = service(account).check([])
    assert "are not cleared away" in note
    assert len(send(account)) == 2


@pytest.mark.parametrize("allowed", [False, True])
def test_where_we_may_not_look_an_older_file_shows_by_the_rename(
    sandbox, account, allowed
):
    unseen = dataclasses.replace(account, verify="none", allow_non_atomic=allowed)
    sandbox.add_faults(*LOOKS["no_looks"], Fault("unsupported", "REPLACE", times=None))
    send(unseen)
    before = sandbox.sftp.files.all()
    if allowed:
        send(unseen, (1, 2, 3))
        assert names(sandbox) == [NAME]
    else:
        with pytest.raises(StopSync, match="Perhaps there is an older file"):
            send(unseen, (1, 2, 3))
    assert (sandbox.sftp.files.all() != before) is allowed


def test_a_lost_answer_to_the_rename_is_settled_without_a_size(sandbox, account):
    unseen = dataclasses.replace(account, verify="none")
    sandbox.add_faults(Fault("sizeless"), Fault("drop", "REPLACE", applied=True))
    assert len(send(unseen)) == 2
    sandbox.add_faults(*LOOKS["no_stat"], Fault("drop", "REPLACE", applied=True))
    with pytest.raises(OutcomeUnknown):
        send(unseen)


@pytest.mark.parametrize("operation", ["OPEN", "REPLACE"])
def test_H11_permission_denied_stops_the_sync(sandbox, account, operation):
    sandbox.add_faults(Fault("deny", operation))
    with pytest.raises(StopSync):
        send(account)
    assert names(sandbox) == []
    send(account)
    assert names(sandbox) == [NAME]


def test_H11_a_folder_that_is_not_there_is_told_by_check(sandbox, account):
    columns = []
    sandbox.sftp.files.missing.add("/in")
    for act in (service(account).check, service(account).prepare):
        with pytest.raises(StopSync, match="there is no folder '/in'"):
            act(columns)
    with pytest.raises(StopSync, match="has no folder"):
        send(account)
    sandbox.sftp.files.missing.clear()
    assert service(account).check(columns) == [
        "files such as 'vip__sftp_19700101_000007_000000001.csv' will be put in '/in'"
    ]


# --- names


def test_H09_a_staging_folder_keeps_parts_out_of_sight(sandbox, account):
    staged = dataclasses.replace(account, staging_folder="/staging")
    sandbox.add_faults(Fault("drop", "WRITE"))
    with pytest.raises(NotSent):
        send(staged)
    assert all(name.startswith("/staging/.") for name in names(sandbox))
    send(staged)
    assert names(sandbox) == [NAME]


def test_H17_names_differ_by_generation_and_first_position(sandbox, account):
    send(account, (1, 2))
    send(account, (3,))
    later = dataclasses.replace(ACTIVATION, generation=8)
    sender = bound(account, "changes", ChangesOptions(formulas="machine"), later)
    row = Row(1, Change.INSERTED, {"id": 1})
    sender.send(Items.of([Encoded(row, sender.encode(row))]))
    ends = [name.removeprefix("/in/vip__sftp_19700101_") for name in names(sandbox)]
    assert ends == [
        "000007_000000001.csv",
        "000007_000000003.csv",
        "000008_000000001.csv",
    ]


def test_a_done_marker_follows_its_file(sandbox, account):
    marked = dataclasses.replace(account, done_suffix=".done")
    send(marked)
    assert names(sandbox) == [NAME, f"{NAME}.done"]
    assert sandbox.sftp.files.size(f"{NAME}.done") == 0
    asked = sandbox.state()["requests"]
    opened = [each["path"] for each in asked if each["method"] == "OPEN"]
    assert opened[-1] == f"{NAME}.done"


@pytest.mark.parametrize(
    ("what", "error"),
    [("drop", OutcomeUnknown), ("full", OutcomeUnknown), ("deny", StopSync)],
)
def test_a_file_without_its_marker_is_sent_again(sandbox, account, what, error):
    marked = dataclasses.replace(account, done_suffix=".done")
    sandbox.add_faults(Fault(what, "OPEN", path="*.done"))
    with pytest.raises(error):
        send(marked)
    send(marked)
    assert names(sandbox) == [NAME, f"{NAME}.done"]


def test_a_marker_follows_also_where_the_answer_to_the_rename_was_lost(
    sandbox, account
):
    sandbox.add_faults(Fault("drop", "REPLACE", applied=True))
    send(dataclasses.replace(account, done_suffix=".done"))
    assert names(sandbox) == [NAME, f"{NAME}.done"]


def test_H16_only_our_own_old_parts_are_cleared_away(sandbox, account):
    files, now = sandbox.sftp.files, time.time()
    kept = {
        f"/in/.{Path(NAME).name}.0a1b2c3d.part": now - 3_600,
        "/in/.vip__other_19700101_000007_000000001.csv.0a1b2c3d.part": now - 200_000,
        "/in/.vip__sftp_report.csv.0a1b2c3d.part": now - 200_000,
        NAME: now - 200_000,
    }
    old = "/in/.vip__sftp_20251231_000003_000000001.csv.ffffffff.part"
    for path, changed_at in {**kept, old: now - 200_000}.items():
        files.put(path, b"x", changed_at)
    service(account).check([])
    assert old in names(sandbox)
    service(account).prepare([])
    assert names(sandbox) == sorted(kept)


# --- time


def test_H18_a_server_that_is_too_slow_is_cut_off_at_the_deadline(sandbox, account):
    sandbox.add_faults(Fault("delay", "WRITE", times=None, seconds=0.2))
    slow = dataclasses.replace(account, request_seconds=1.0)
    sender = service(slow)
    row = Row(1, Change.INSERTED, {"text": "x" * 6_000_000})  # 40 s in all
    started = time.monotonic()
    with pytest.raises(NotSent, match="the time ran out"):
        sender.send(Items.of([Encoded(row, sender.encode(row))]))
    assert time.monotonic() - started < 20
    assert NAME not in names(sandbox)


def test_H18_a_server_that_never_says_a_word_is_cut_off(account):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        silent = dataclasses.replace(
            account, port=listener.getsockname()[1], request_seconds=0.3
        )
        started = time.monotonic()
        with pytest.raises(NotSent):
            send(silent)
        assert time.monotonic() - started < 10


def test_the_lease_outlives_a_file(account):
    assert service(account).request_seconds == account.request_seconds == 600


# --- silence


def test_nothing_is_logged_and_settings_do_not_show_secrets(
    sandbox, account, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    sandbox.add_faults(Fault("drop", "WRITE"))
    with pytest.raises(NotSent):
        send(account)
    send(account)
    assert PASSWORD not in caplog.text + str(capfd.readouterr())
    assert "canary" not in repr(account) + repr(Server(account))
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


def test_every_setting_of_a_server_has_its_help():
    described = {field.name for field in dataclasses.fields(SftpAccount)}
    assert {"host_fingerprints", "done_suffix", "allow_non_atomic"} <= described
    assert Changes.spooled
