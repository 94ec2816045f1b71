"""What belongs to another target or project is left alone, by every command."""

from __future__ import annotations

import pytest

NAMED = ("sync", "plan", "status", "check", "rejections", "report")
DECISIONS = ("pause", "resume", "retry", "resync", "adopt")
OF_DEV = "belongs to the target 'dev' of the project 'diff_tests'"


def test_A01_no_command_touches_what_belongs_to_another_target(shop, outhaul):
    shop.build("Ann", "Bob")
    shop.project.write_profile("ci")
    shop.declare(send_from=["ci"])
    ledger = "select * from shop.outhaul_activations"
    before = shop.project.run_sql(ledger)
    for command in NAMED:
        ran = outhaul(command, "-s", "people_out")
        assert ran.code == 2, command
        assert OF_DEV in ran.err
    for command in DECISIONS:
        ran = outhaul(command, "people_out", "--yes")
        assert ran.code == 2, command
        assert OF_DEV in ran.err
    for command in ("sync", "plan", "status"):
        ran = outhaul(command)
        assert ran.code == 0, command
        assert "left out, of the target 'dev'" in ran.err
        assert "No activation of this target is in the ledger" in ran.out
    assert shop.requests() == []
    assert shop.project.run_sql(ledger) == before
    assert shop.project.run_sql("select * from shop.outhaul_controls") == []
    # the twin: its own target may
    shop.project.write_profile()
    shop.declare()
    assert outhaul("transfer", "people_out", "--yes").code == 2
    ran = outhaul("sync", "-s", "people_out")
    assert (ran.code, "left out" in ran.err) == (0, False)
    assert shop.contacts() == {"ann@example.com", "bob@example.com"}


def test_A01_a_transfer_lets_the_next_build_go_on_elsewhere(shop, outhaul):
    shop.build("Ann", "Bob")
    assert outhaul("sync").code == 0
    shop.project.write_profile("live")
    shop.declare(send_from=["live"])
    ran = outhaul("transfer", "*_out", "--yes", "--reason", "the target was renamed")
    assert ran.code == 0
    assert "takes it over from the target 'dev'" in ran.out
    assert outhaul("sync").code == 0  # not before that build
    shop.build("Bob")
    ran = outhaul("sync")
    assert ran.code == 0, ran
    assert shop.members() == {"bob@example.com"}


def test_A14_a_resync_is_taken_for_what_the_ledger_has_lost(shop, outhaul):
    shop.build("Ann")
    assert outhaul("sync").code == 0
    shop.project.run_sql("delete from shop.outhaul_activations")
    assert (
        "no activation matches 'no_such'" in outhaul("resync", "no_such", "--yes").err
    )
    ran = outhaul("resync", "people_out", "members_out", "--yes")
    assert ran.code == 0
    assert "people_out: the ledger has lost it" in ran.out
    shop.build("Bob")
    assert outhaul("sync").code == 0
    assert shop.members() == {"bob@example.com"}


@pytest.mark.parametrize("name", ["no_such", "people_out"])
def test_a_transfer_wants_what_is_of_another(shop, outhaul, name):
    shop.build("Ann")
    ran = outhaul("transfer", name, "--yes")
    assert ran.code == 2
    assert "nothing to transfer" in ran.err
