"""The warehouse fails, refuses, forgets, or was changed behind our back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from outhaul.engine.summary import Result
from outhaul.errors import LeaseLost, LedgerMissing, WarehouseUnreachable
from outhaul.ledger.records import LEDGER_VERSION, LeaseGrant, Rejection
from outhaul.model import Change
from tests.engine.killing import Doom, kind_of
from tests.engine.ledger import Killed, Ledger, MemoryConnection
from tests.engine.world import OPTIONS, World

SMALL_PAGES = replace(OPTIONS, page_rows=20, first_claim_rows=20, outstanding_rows=20)


@pytest.fixture
def pending(world: World) -> World:
    """Ten people are in the store, three are pending, of which one is refused."""
    world.build()
    assert world.sync().exit_code == 0
    world.people(*range(13))
    world.store.rejects = {"12": "bad"}
    world.rebuild()
    world.store.requests.clear()
    return world


def failing(
    ledger: Ledger, kind: str, *, executed: bool, times: int = 1, skip: int = 0
) -> MemoryConnection:
    """A connection that breaks at statements of one kind, before or after them."""
    left = [skip, times]

    def fail(sql: str, parameters: Sequence[Any]) -> None:
        is_it = kind_of(sql) == kind or (kind == "page" and "order by _outhaul" in sql)
        if not is_it:
            return
        if left[0] > 0:
            left[0] -= 1
        elif left[1] > 0:
            left[1] -= 1
            raise WarehouseUnreachable("the connection to the warehouse broke")

    if executed:
        return MemoryConnection(ledger, after=fail)
    return MemoryConnection(ledger, before=fail)


def finish(world: World) -> None:
    world.end_lease()
    world.sync()
    world.assert_converged("12")
    assert world.rejected["12"].attempts == 1


def test_E01_a_connection_that_breaks_while_reading_ends_the_sync(pending):
    report = pending.sync(connection=failing(pending.ledger, "page", executed=False))
    assert (report.result, report.exit_code) == (Result.FAILED, 1)
    assert pending.store.requests == []
    finish(pending)


@pytest.mark.parametrize("executed", [False, True], ids=["E02-before", "E03-after"])
def test_a_claim_that_fails_sends_nothing(pending, executed):
    report = pending.sync(
        connection=failing(pending.ledger, "claim", executed=executed)
    )
    assert report.result is Result.FAILED
    assert pending.store.requests == []
    assert pending.claims() == ((3, 0) if executed else (0, 0))
    finish(pending)


def test_E03_rows_of_a_failed_claim_come_back_with_the_next_build(pending):
    pending.sync(connection=failing(pending.ledger, "claim", executed=True))
    pending.rebuild()
    assert len(pending.published) == 3
    finish(pending)


@pytest.mark.parametrize("kind", ["reject", "claim"])
@pytest.mark.parametrize("executed", [False, True], ids=["E04-before", "E05-after"])
def test_a_result_that_cannot_be_written_is_no_duplicate(pending, kind, executed):
    connection = failing(
        pending.ledger, kind, executed=executed, skip=1 if kind == "claim" else 0
    )
    assert pending.sync(connection=connection).result is Result.FAILED
    finish(pending)
    assert len(pending.rejections("seq")) <= 1


def test_E04_a_warehouse_that_is_away_after_the_sends_loses_nothing(pending):
    connection = failing(pending.ledger, "reject", executed=False, times=99)
    for _ in range(3):
        assert pending.sync(connection=connection).result is Result.FAILED
        pending.end_lease()
    finish(pending)


def test_E05_a_lease_that_was_taken_and_not_told_of_ends_by_itself(pending):
    report = pending.sync(connection=failing(pending.ledger, "lease", executed=True))
    assert report.result is Result.FAILED
    assert pending.sync().result is Result.BUSY
    finish(pending)


def test_E06_a_job_that_cannot_be_written_down_is_in_doubt(pending):
    pending.store.asynchronous = True
    report = pending.sync(connection=failing(pending.ledger, "job", executed=False))
    assert report.result is Result.FAILED
    assert pending.lease_is_live()
    finish(pending)


def test_E11_a_ledger_that_is_gone_stops_everything(pending):
    pending.ledger.run("drop table shop.outhaul_activations")
    with pytest.raises(LedgerMissing, match="dbt build") as raised:
        pending.dispatcher().warehouse.activations()
    assert raised.value.exit_code == 2


def test_E11_without_the_table_of_claims_nothing_is_sent(pending):
    pending.ledger.run("drop table shop.outhaul_claims")
    report = pending.sync()
    assert report.result is Result.FAILED
    assert 'run "dbt build"' in report.message
    assert pending.store.requests == []


def test_E13_a_diff_that_was_swapped_is_noticed_before_anything_is_sent(pending):
    pending.ledger.run("update shop.people_out set _outhaul_generation = 99")
    report = pending.sync()
    assert report.result is Result.FAILED
    assert 'run "dbt build"' in report.message
    assert pending.store.requests == []
    assert not pending.lease_is_live()  # or the build that it asks for would be busy
    pending.rebuild()
    finish(pending)


def test_E13_a_diff_that_was_dropped_is_noticed_before_anything_is_sent(pending):
    pending.ledger.run("drop table shop.people_out")
    report = pending.sync()
    assert report.result is Result.FAILED
    assert 'run "dbt build"' in report.message
    assert pending.store.requests == []


def test_E13_rows_that_vanish_between_two_pages_end_the_sync(pending):
    pending.people(*range(100))
    pending.rebuild()

    def delete(request: object) -> None:
        pending.ledger.run("delete from shop.people_out where _outhaul_seq > 80")

    pending.store.on_request = delete
    report = pending.sync(options=SMALL_PAGES)
    assert report.result is Result.FAILED
    assert report.accepted.total() >= 1


def test_K06_a_ledger_of_a_newer_package_is_refused(pending):
    pending.ledger.run(
        f"update shop.outhaul_activations set ledger_version = {LEDGER_VERSION + 1}"
    )
    with pytest.raises(LedgerMissing, match="upgrade outhaul"):
        pending.sync()
    assert pending.store.requests == []


def test_K07_settings_that_change_meanwhile_count_from_the_next_sync(pending):
    pending.people(*range(40))
    pending.settings["limit"] = 10
    pending.rebuild()

    def change(request: object) -> None:
        pending.ledger.run(
            "update shop.outhaul_activations set settings ="
            " replace(settings, '\"limit\": 10', '\"limit\": 1')"
        )

    pending.store.on_request = change
    pending.sync()
    assert [len(request.keys) for request in pending.store.requests] == [10, 10, 10]
    told = "select count(distinct binding) from shop.outhaul_syncs where fence = 2"
    assert pending.ledger.run(told) == [(1,)]


# --- the lease


def test_F02_a_dead_holder_is_followed_after_the_lease_and_not_before(pending):
    doom = Doom("after claim")
    with pytest.raises(Killed):
        pending.sync(connection=doom.connect(pending.ledger), wrap=doom.wrap)
    pending.ledger.advance(50)
    assert pending.sync().result is Result.BUSY
    assert pending.store.requests == []
    pending.ledger.advance(11)
    assert pending.sync().accepted[Change.INSERTED] == 2


def test_F03_a_holder_whose_heartbeat_fails_stops_by_itself(pending):
    pending.people(*range(100))
    pending.settings["limit"] = 10
    pending.rebuild()
    pending.store.on_request = lambda request: pending.ledger.advance(25)
    connection = failing(pending.ledger, "renew", executed=False, times=99)
    report = pending.sync(connection=connection)
    assert report.result is Result.FAILED
    assert 1 <= len(pending.store.requests) <= 2
    pending.store.on_request = lambda request: None
    finish(pending)


def test_F03_a_holder_that_slept_through_its_lease_sends_nothing_more(pending):
    pending.people(*range(100))
    pending.settings["limit"] = 10
    pending.rebuild()
    pending.store.on_request = lambda request: pending.ledger.advance(61)
    report = pending.sync()
    assert (report.result, report.exit_code) == (Result.BUSY, 4)
    assert len(pending.store.requests) == 1
    pending.store.on_request = lambda request: None
    finish(pending)


def test_A17_frozen_between_claim_and_send_it_sends_nothing_after_a_takeover(pending):
    doom = Doom()
    doom.hooks.append(once("after claim", lambda: take_over(pending)))
    report = pending.sync(connection=doom.connect(pending.ledger), wrap=doom.wrap)
    assert (report.result, report.exit_code) == (Result.BUSY, 4)
    assert sorted(pending.store.sent()) == ["10", "11", "12"]
    pending.assert_converged("12")


def test_F04_a_verdict_of_an_old_holder_does_not_undo_a_newer_one(pending):
    """Refused for the old holder, accepted for the new one: it is accepted."""
    doom = Doom()

    def meanwhile() -> None:
        pending.store.rejects = {}
        take_over(pending)

    doom.hooks.append(once("before reject", meanwhile))
    report = pending.sync(connection=doom.connect(pending.ledger), wrap=doom.wrap)
    assert report.result is Result.BUSY
    assert pending.rejections("seq") == []
    pending.assert_converged()


def test_F05_a_generation_published_meanwhile_ends_the_claims_of_the_old(pending):
    pending.settings["limit"] = 1
    pending.rebuild()
    doom = Doom()

    def meanwhile() -> None:
        pending.segment["11"] = pending.segment["10"]
        pending.rebuild()

    doom.hooks.append(once("after send", meanwhile))
    report = pending.sync(connection=doom.connect(pending.ledger), wrap=doom.wrap)
    assert report.result is Result.BUSY
    assert pending.claims() == (0, 0)
    finish(pending)


def test_a_lease_lasts_longer_than_the_longest_request(pending):
    pending.account["request_seconds"] = 100.0
    left: list[float] = []

    def look(request: object) -> None:
        left.append(
            pending.ledger.run(
                "select epoch(lease_expires_at - (now() at time zone 'utc'))"
                " from shop.outhaul_activations"
            )[0][0]
        )

    pending.store.on_request = look
    report = pending.sync()
    assert report.accepted.total() == 2
    assert min(left) >= 200


def test_a_build_between_reading_and_leasing_is_synced_as_it_is_now(pending):
    dispatcher = pending.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation("people_out"))
    pending.people(*range(11))
    pending.rebuild()
    report = dispatcher.sync_all([binding])[0]
    assert report.accepted.total() == 1
    pending.assert_converged()


def test_a_build_meanwhile_that_cannot_be_bound_gives_the_lease_back(pending):
    dispatcher = pending.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation("people_out"))
    pending.settings["no_such_key"] = True
    pending.rebuild()
    report = dispatcher.sync_all([binding])[0]
    assert (report.result, report.exit_code) == (Result.MISCONFIGURED, 2)
    assert "no_such_key" in report.message
    assert pending.store.requests == []
    assert not pending.lease_is_live()


def test_rejections_of_a_lost_lease_are_not_written(pending):
    warehouse = pending.dispatcher().warehouse
    grant = warehouse.take_lease("people_out", "me", 60)
    assert grant is not None
    refusal = Rejection(1, Change.INSERTED, "rejected", "bad", "Bad.")
    warehouse.record_rejections(grant, [refusal])
    stale = LeaseGrant("people_out", "me", grant.fence - 1, grant.generation)
    with pytest.raises(LeaseLost):
        warehouse.record_rejections(stale, [refusal, refusal])
    assert pending.rejections("seq") == [(1,)]


def take_over(world: World) -> None:
    """Time passes, and another process does the sync."""
    world.end_lease()
    world.sync()


def once(point: str, action: Callable[[], None]) -> Callable[[str], None]:
    """A hook that acts the first time that a sync comes by a point."""
    left = [1]

    def hook(here: str) -> None:
        if here == point and left[0]:
            left[0] = 0
            action()

    return hook
