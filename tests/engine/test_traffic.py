"""A sync tells of as many requests as the wire saw, and `plan` knows them before."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from outhaul.commands.plan import effort, opening
from outhaul.kit.service import Limits
from outhaul.model import Change
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


def test_a_look_up_that_asks_nobody_is_no_request_and_spends_no_rate(world):
    rows = pending(world, True, 50)
    world.account["per_second"] = 0.5

    def wrap(service):
        service.lookup_limits = Limits(1, 1_000, per_second=0.01)
        service.look_up = lambda rows: [None] * len(rows)
        service.asks_to_look_up = False
        return service

    before = world.ledger.now
    report = world.sync(wrap=wrap)
    assert report.accepted.total() == rows.total()
    assert report.requests == world.store.asked
    assert world.ledger.now - before < 60
