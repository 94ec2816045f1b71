"""Real processes: told to end, told twice, killed."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable

import pytest

from outhaul.connections.duckdb import DuckDBConnection
from outhaul.sandbox.faults import Fault


@pytest.fixture
def shop(shop, tmp_path):
    """Forty people, pending, each of whom needs a request."""
    shop.build(*(f"Person{each}" for each in range(40)))
    shop.declare(rows_per_request=1)
    shop.detach(tmp_path)
    return shop


def wait_for(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for what the process should bring about, however long that takes here."""
    while not condition():
        assert process.poll() is None, "it ended before that came about"
        time.sleep(0.05)


def is_sending(shop) -> bool:
    return any(request["method"] == "PUT" for request in shop.requests())


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=["A16", "INT", "K05"]
)
def test_a_signal_lets_requests_in_flight_end_and_records_them(shop, number):
    shop.sandbox.latency = 0.1
    process = shop.start("sync", "-s", "people_out")
    wait_for(lambda: is_sending(shop), process)
    process.send_signal(number)
    out, err = process.communicate()
    assert process.returncode == 1, out + err
    assert "interrupted" in out
    assert "Stopping" in err
    assert "Traceback" not in err
    (status,) = shop.query(
        "select status from shop.outhaul_syncs where status <> 'running'"
    )
    assert status == ("incomplete",)
    assert 0 < len(shop.contacts()) < 40
    end_lease(shop)
    shop.sandbox.latency = 0.0
    out, err = shop.start("sync", "-s", "people_out").communicate()
    assert "succeeded" in out, err
    assert len(shop.contacts()) == 40
    assert uploaded(shop) == 40  # what was uploaded was followed, not repeated


def test_A16_a_second_signal_ends_it_at_once(shop):
    shop.sandbox.add_faults(Fault("delay", method="PUT", seconds=3.0, times=None))
    process = shop.start("sync", "-s", "people_out")
    wait_for(lambda: at_work(shop), process)
    while process.poll() is None:  # two that come together count as one
        time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == -signal.SIGTERM
    assert shop.query("select max(committed_seq) from shop.outhaul_claims") == [(0,)]
    out, _ = shop.start("sync", "-s", "people_out").communicate()
    assert "busy" in out


def at_work(shop) -> bool:
    return shop.query("select count(*) from shop.outhaul_claims") != [(0,)]


def uploaded(shop) -> int:
    """Rows in all imports."""
    return sum(each["rows"] for each in shop.requests() if each["method"] == "PUT")


def end_lease(shop) -> None:
    path = next(shop.folder.parent.glob("*.duckdb"))
    DuckDBConnection({"path": str(path)}).execute(
        "update shop.outhaul_activations set lease_expires_at = null"
    )


def test_a_killed_process_leaves_doubt_and_the_next_converges(shop):
    shop.sandbox.latency = 0.05
    process = shop.start("sync", "-s", "people_out")
    wait_for(lambda: is_sending(shop), process)
    process.kill()
    process.communicate()
    shop.sandbox.latency = 0.0
    status, _ = shop.start("status").communicate()
    assert "at work: sync" in status
    end_lease(shop)
    out, err = shop.start("sync", "-s", "people_out").communicate()
    assert "succeeded" in out, err
    assert len(shop.contacts()) == 40
