"""Holders of leases: whether the process behind a name is dead for certain."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from outhaul.engine.holders import holder, is_dead
from tests.dbt.warehouse_project import ROOT

SCRIPT = """
from outhaul.engine.holders import holder
print(holder(), flush=True)
input()
"""

# Numbers of processes end at 4,194,304.
BEYOND_ANY = 9_999_999


def test_a_holder_is_dead_when_its_process_has_ended_and_not_before() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        assert f" {process.pid} " in name
        assert not is_dead(name)
        process.kill()
        deadline = time.monotonic() + 60
        while not is_dead(name):  # before and after its parent has noticed
            assert time.monotonic() < deadline
        process.wait()
        assert is_dead(name)


def test_another_process_of_the_same_number_is_another_holder() -> None:
    name = holder()
    where, started, _ = name.split(" ")[3].split(":")
    assert not is_dead(name)
    assert is_dead(name.replace(f":{started}:", f":{int(started) - 1}:"))


@pytest.mark.parametrize(
    "change",
    [
        lambda name: name.replace("sync ", "build "),
        lambda name: "somebody",
        lambda name: "sync machine 4711 1a2b3c4d",
        lambda name: name.replace(name.split(" ")[3].split(":")[0], "elsewhere"),
        lambda name: name.replace(name.split(" ")[3].split(":")[0], "-"),
        lambda name: name.replace(f":{name.split(':')[1]}:", ":-:"),
    ],
    ids=["a build", "a person", "old form", "other machine", "unknown", "no start"],
)
def test_what_is_not_known_of_a_holder_lets_it_live(change) -> None:
    gone = holder().replace(f" {os.getpid()} ", f" {BEYOND_ANY} ")
    assert is_dead(gone)
    assert not is_dead(change(gone))
