"""Whole syncs of services whose requests are files: names, restarts, memory."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from outhaul.destinations.sftp import Sftp
from outhaul.engine.options import SyncOptions
from outhaul.engine.spool import Spool
from outhaul.engine.summary import Result
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from outhaul.model import Change, Row
from outhaul.sandbox.faults import Fault
from tests.destinations.sftp_accounts import sftp_settings
from tests.destinations.small_ledger import PEOPLE, SmallLedger

ROOT = Path(__file__).resolve().parents[2]
EVERY_THIRD_IS_BAD = PEOPLE.replace("'Zoë'", "case when n % 3 = 0 then '=1' end")


@pytest.fixture
def ledger(sandbox, tmp_path):
    settings = sftp_settings(sandbox)
    account = Sftp(**settings, files_per_second=100.0, rows_per_file=1_000)
    return SmallLedger(tmp_path, account)


def sent(sandbox):
    """Contents by name."""
    files = sandbox.sftp.files.all()
    return {path.rpartition("/")[2]: content for path, content in files.items()}


def lines(content):
    return content.decode().splitlines()


def forget_the_commits(ledger):
    """As a crash between the last file and the commit of its rows leaves it."""
    ledger.run("update outhaul_claims set committed_seq = 0")
    ledger.run("update outhaul_activations set lease_holder = null")


def test_files_are_named_by_generation_and_first_position(sandbox, ledger):
    ledger.publish(2_500, removed=3, service="changes", formulas="machine")
    ledger.has_delivered()
    report = ledger.sync()
    assert report.result is Result.SUCCEEDED
    assert (report.accepted[Change.INSERTED], report.accepted[Change.REMOVED]) == (
        2_497,
        3,
    )
    assert report.requests == 4
    found = sent(sandbox)
    assert {name: len(lines(content)) - 1 for name, content in found.items()} == {
        "people__crm_20260131_000001_000000001.csv": 3,
        "people__crm_20260131_000001_000000004.csv": 1_000,
        "people__crm_20260131_000001_000001004.csv": 1_000,
        "people__crm_20260131_000001_000002004.csv": 497,
    }
    first = found["people__crm_20260131_000001_000000001.csv"]
    assert lines(first)[:2] == [
        "change,id,email,firstname",
        "removed,1,person1@example.com,Zoë",
    ]


def test_A12_a_restart_after_a_crash_writes_the_same_files(sandbox, ledger):
    ledger.publish(2_500, removed=3, service="changes", formulas="machine")
    assert ledger.sync().result is Result.SUCCEEDED
    once = sent(sandbox)
    forget_the_commits(ledger)
    assert ledger.sync().result is Result.SUCCEEDED
    assert sent(sandbox) == once


def test_H05_a_sync_that_was_cut_off_writes_what_is_missing_and_nothing_twice(
    sandbox, ledger
):
    ledger.publish(2_500, service="changes", formulas="machine")
    ledger.has_delivered()
    sandbox.add_faults(Fault("deny", "REPLACE", skip=1))
    report = ledger.sync()
    assert report.result is Result.FAILED
    assert len(sent(sandbox)) == 1
    assert ledger.sync().result is Result.SUCCEEDED
    assert sum(len(lines(content)) - 1 for content in sent(sandbox).values()) == 2_500


def test_H04_a_lost_connection_leaves_one_whole_file(sandbox, ledger):
    ledger.publish(1_000, service="upserts", formulas="machine")
    ledger.has_delivered()
    sandbox.add_faults(Fault("drop", "WRITE", times=2), Fault("drop", "REPLACE"))
    assert ledger.sync().result is Result.SUCCEEDED
    (content,) = sent(sandbox).values()
    assert len(lines(content)) == 1_001


def test_the_first_rows_of_a_new_binding_are_no_file_of_their_own(sandbox, ledger):
    ledger.publish(700, service="upserts", formulas="machine")
    assert ledger.sync().result is Result.SUCCEEDED
    assert list(sent(sandbox)) == ["people__crm_20260131_000001_000000001.csv"]


def test_bad_first_rows_of_a_new_binding_stop_it_before_any_file(sandbox, ledger):
    ledger.publish(700, service="upserts", formulas="reject", select=EVERY_THIRD_IS_BAD)
    report = ledger.sync()
    assert report.result is Result.REJECTED
    assert report.message.startswith("stopped: 16 of the first 50 rows were rejected")
    assert sent(sandbox) == {}


def test_rows_refused_while_a_file_grows_are_no_storm(sandbox, ledger):
    ledger.publish(
        1_500, service="upserts", formulas="reject", select=EVERY_THIRD_IS_BAD
    )
    ledger.has_delivered()
    report = ledger.sync(SyncOptions(outstanding_rows=300))
    assert (report.result, report.rejected.total()) == (Result.REJECTED, 500)
    assert sum(len(lines(content)) - 1 for content in sent(sandbox).values()) == 1_000


def test_most_rows_refused_are_a_storm_before_any_file(sandbox, ledger):
    bad = PEOPLE.replace("'Zoë'", "case when n % 3 > 0 then '=1' end")
    ledger.publish(1_500, service="upserts", formulas="reject", select=bad)
    ledger.has_delivered()
    report = ledger.sync(SyncOptions(outstanding_rows=300))
    assert report.message.startswith("stopped: 200 of 300 rows were rejected")
    assert sent(sandbox) == {}


def test_H19_no_rows_make_no_file(sandbox, ledger):
    ledger.publish(0, service="changes", formulas="machine")
    report = ledger.sync()
    assert (report.result, report.exit_code) == (Result.NOTHING, 0)
    assert sent(sandbox) == {}
    assert sandbox.state()["requests"] == []


SYNC = """
import resource, sys
from pathlib import Path
from outhaul.destinations.sftp import Sftp
from tests.destinations.small_ledger import SmallLedger

folder, settings, most = Path(sys.argv[1]), eval(sys.argv[2]), int(sys.argv[3])
ledger = SmallLedger(folder, Sftp(**settings))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
report = ledger.sync()
print(report.result.value, report.requests, report.message)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def sync_elsewhere(sandbox, folder, rows, *, largest_file=2**62):
    """One sync in a process of its own; what it said, and its memory in kilobytes."""
    settings = sftp_settings(sandbox)
    folder.mkdir()
    ledger = SmallLedger(folder, Sftp(**settings))
    ledger.publish(rows, service="changes", formulas="machine")
    ledger.has_delivered()
    ledger.close()
    most = min(largest_file, 2**62)
    ran = subprocess.run(
        [sys.executable, "-c", SYNC, str(folder), repr(settings), str(most)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    said, memory = ran.stdout.splitlines()
    return said, int(memory)


def test_memory_does_not_grow_with_the_rows_of_a_file(sandbox, tmp_path):
    said, small = sync_elsewhere(sandbox, tmp_path / "small", 20_000)
    assert said.startswith("succeeded 1 ")
    said, large = sync_elsewhere(sandbox, tmp_path / "large", 200_000)
    assert said.startswith("succeeded 1 ")
    assert large < small + 25_000
    (content,) = sent(sandbox).values()
    assert content.count(b"\n") == 200_001


def test_H15_a_full_local_disk_stops_the_sync_before_any_file(sandbox, tmp_path):
    said, _ = sync_elsewhere(
        sandbox, tmp_path / "full", 120_000, largest_file=2_000_000
    )
    assert said.startswith("failed 0 the rows of a file cannot be kept on disk")
    assert "set TMPDIR" in said
    asked = [each["method"] for each in sandbox.state()["requests"]]
    assert asked == ["LOGIN"]


# --- the spool itself


def spool_of(bodies):
    spool = Spool()
    for seq, body in enumerate(bodies, start=1):
        change = Change.REMOVED if seq % 2 else Change.UPDATED
        row = Row(seq, change, {"x": 1})
        spool.extend(Items.of([Encoded(row, body, "found")]))
    return spool


def test_a_spool_gives_back_positions_changes_and_bodies():
    bodies = [b"x" * size for size in (0, 1, 1 << 20, 3, 1 << 21, 5)]
    spool = spool_of(bodies)
    assert len(spool) == 6
    assert [item.body for item in spool] == bodies
    assert [item.row.seq for item in spool] == [1, 2, 3, 4, 5, 6]
    assert b"".join(spool.blocks()) == b"".join(bodies)
    assert max(map(len, spool.blocks())) <= 1 << 20
    assert spool[1] == Encoded(Row(2, Change.UPDATED, {}), b"x")
    assert spool[-1].body == bodies[-1]
    with pytest.raises(IndexError):
        spool[6]


def test_halves_of_a_spool_hold_its_rows():
    spool = spool_of([b"%d" % number for number in range(1, 8)])
    first, second = spool[:3], spool[3:]
    assert [item.body for item in first] == [b"1", b"2", b"3"]
    assert [item.body for item in second] == [b"4", b"5", b"6", b"7"]
    assert [item.row.seq for item in second[1:3]] == [5, 6]
    assert list(spool[7:]) == []
    assert b"".join(spool[3:5].blocks()) == b"45"
    assert list(spool[2:3].positions) == [3]
    assert spool[2:4].rows.changes == [Change.REMOVED, Change.UPDATED]
    del spool, first
    assert second[0].body == b"4"


def test_H16_the_file_of_a_spool_has_no_name_and_is_for_its_owner_alone(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    spool = spool_of([b"personal data"] * 200_000)
    assert list(tmp_path.iterdir()) == []
    found = os.fstat(spool._file._handle)
    assert stat.S_IMODE(found.st_mode) == 0o600
    assert found.st_nlink == 0
    assert found.st_size > 0


def test_the_file_of_a_spool_is_closed_with_its_last_part():
    spool = spool_of([b"1", b"2"])
    handle, part = spool._file._handle, spool[1:]
    del spool
    os.fstat(handle)
    del part
    with pytest.raises(OSError):
        os.fstat(handle)
