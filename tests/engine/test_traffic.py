"""A sync tells of as many requests as the wire saw, and `plan` knows them before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from outhaul.commands.plan import effort, opening
from outhaul.model import Change, Outcome, Status
from tests.engine.store import Answer
from tests.engine.world import OPTIONS, World, person


def pending(world: World, looks_up: bool, limit: int) -> Counter[Change]:
    """Ten people are there: three left, two changed, and ninety came."""
    world.build()
    assert world.sync().exit_code == 0
    world.settings |= {"looks_up": looks_up, "limit": limit}
    world.people(*range(3, 100))
    world.segment["5"] = person("Changed")
    world.segment["6"] = person("Changed")
    world.rebuild()
    world.store.asked = 0
    return Counter(
        {Change.REMOVED: 3, Change.INSERTED: 90, Change.UPDATED: 2},
    )


@pytest.mark.parametrize("looks_up", [False, True])
@pytest.mark.parametrize("limit", [2, 23, 46, 1_000])
def test_a_plan_knows_the_requests_of_a_sync_to_which_nothing_happens(
    world, looks_up, limit
):
    rows = pending(world, looks_up, limit)
    dispatcher = world.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation(world.name))
    # Settings are a part of a binding, which is a new one therefore.
    requests, _ = effort(binding.service, rows, is_new=True)
    requests += opening(binding, set())
    report = world.sync()
    assert requests == report.requests == world.store.asked


def test_insertions_and_updates_share_a_request(world):
    pending(world, False, 92)
    world.settings["limit"] = 92
    world.rebuild()
    report = world.sync(options=replace(OPTIONS, canary_rows=1_000))
    assert report.requests == world.store.asked == 1 + 2


def test_polls_retries_and_log_ins_count_and_what_never_left_does_not(world):
    world.store.asynchronous = True
    world.store.ready_script.append(Answer(503))
    world.store.script.append(Answer(500, applied=False))
    world.store.script.append(Answer(drop=True))
    world.account["renews"] = True
    world.store.tokens = {"Bearer of nothing"}
    world.build()
    report = world.sync()
    assert report.exit_code == 0
    assert report.requests == world.store.asked
    assert world.store.renewals == 1 and world.store.polls > 1


def test_a_row_that_comes_back_with_what_was_found_costs_no_look_up(world):
    """It goes into the next request, with what the answer told of it."""
    rows = pending(world, False, 50)
    world.account["per_second"] = 0.5
    sent: list[object] = []

    def wrap(service):
        send = service.send

        def send_back(items):
            sent.extend(item.found for item in items)
            if items[0].found is not None:
                return send(items)
            found = [f"there: {item.row.seq}" for item in items]
            return [Outcome(Status.AGAIN, found=each) for each in found]

        service.send = send_back
        return service

    before = world.ledger.now
    summary = world.sync(wrap=wrap)
    assert summary.accepted.total() == rows.total()
    assert summary.requests == world.store.asked
    assert world.store.look_ups == 0
    assert sorted(filter(None, sent)) == sorted(
        f"there: {seq}" for seq in range(1, rows.total() + 1)
    )
    assert world.ledger.now - before < 60
