"""How often a sync commits, and how far its claims run ahead of what is settled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from outhaul.engine.commits import Commits
from outhaul.engine.lease import Lease
from outhaul.engine.options import SyncOptions
from outhaul.engine.outcomes import Outcomes
from outhaul.engine.summary import Result, Summary
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded, Service
from outhaul.ledger.records import Claims
from outhaul.model import ACCEPTED, Change, Outcome, Row
from tests.engine.killing import kind_of
from tests.engine.ledger import SCHEMA, MemoryConnection
from tests.engine.store import Answer, Request
from tests.engine.world import OPTIONS, World

REQUEST_ROWS = 1_000


def publish(world: World, rows: int, limit: int = REQUEST_ROWS) -> None:
    """A generation of so many insertions, for a binding that has delivered rows."""
    world.settings["limit"] = limit
    world.build()
    assert world.sync().exit_code == 0
    world.generation += 1
    world.run(f"delete from {SCHEMA}.{world.name}")
    world.run(
        f"insert into {SCHEMA}.{world.name} select n, {world.generation}, 'inserted',"
        " null, null, cast(n as varchar), 'somebody', 'Oslo', null"
        f" from range(1, {rows + 1}) as numbers(n)"
    )
    world.record_generation({"inserted": rows, "updated": 0, "removed": 0})


def answering(
    world: World, seconds: float, at_each: Callable[[int], None] = lambda accepted: None
) -> Callable[[Service], Service]:
    """An endpoint that takes every row, after so many seconds of the ledger's clock."""
    accepted = 0

    def wrap(service: Service) -> Service:
        def send(items: Sequence[Encoded]) -> list[Outcome]:
            nonlocal accepted
            world.ledger.advance(seconds)
            accepted += len(items)
            at_each(accepted)
            return [ACCEPTED] * len(items)

        service.send = send  # type: ignore[method-assign]
        return service

    return wrap


def writing(world: World, seconds: float) -> MemoryConnection:
    """A warehouse whose writes take so long."""

    def pass_time(sql: str, parameters: Sequence[Any]) -> None:
        if kind_of(sql) != "read":
            world.ledger.advance(seconds)

    return MemoryConnection(world.ledger, after=pass_time)


class Settling:
    """A sync as its commits see it: rows are accepted, and it asks whether one is due.

    In one thread, since the ledger's clock moves for all of them.
    """

    def __init__(self, world: World, seconds_a_write: float) -> None:
        connection = writing(world, seconds_a_write)
        self.world = world
        self.warehouse = world.dispatcher(connection=connection).warehouse
        seams = world.ledger.seams()
        grant = self.warehouse.take_lease(world.name, "sync 1", 10_000)
        assert grant is not None
        lease = Lease(self.warehouse, grant, 10_000, seams.clock(), seams)
        self.outcomes = Outcomes(0, 1.0, Summary(world.name))
        self.commits = Commits(
            self.warehouse, lease, self.outcomes, Claims(0, 0), 30.0, seams
        )
        self.commits.claim(10_000)

    def accept(self, requests: int, seconds: float) -> int:
        """So many requests of ten rows are accepted; returns how often it wrote."""
        before = self.warehouse.writes
        for _ in range(requests):
            self.world.ledger.advance(seconds)
            first = self.outcomes.count + 1
            rows = range(first, first + 10)
            items = Items.of(
                Encoded(Row(seq, Change.INSERTED, {}), b"") for seq in rows
            )
            self.outcomes.accept(items)
            self.commits.commit_when_due()
        return self.warehouse.writes - before


def test_a_kill_repeats_what_was_settled_in_a_tenth_of_a_second(world):
    """800 rows a second: 80 rows, and those of the request that came meanwhile."""
    world.build()
    settling = Settling(world, 0.001)
    for _ in range(72):
        settling.accept(1, 0.0125)
        done = settling.outcomes.count
        assert done - world.claims()[1] <= 90
    assert world.claims()[1] >= 630


def test_a_kill_repeats_a_hundredth_of_a_long_sync(world):
    world.build()
    settling = Settling(world, 0.001)
    settling.accept(400, 1.0)
    assert world.claims()[1] >= 4_000 * 0.98
    assert settling.accept(100, 1.0) <= 25


@pytest.mark.parametrize(("seconds_a_write", "commits"), [(1.0, 2), (0.01, 60)])
def test_commits_are_as_rare_as_they_are_slow(world, seconds_a_write, commits):
    """A minute of sending: one commit in 30 s, or one with each request in a second."""
    world.build()
    settling = Settling(world, seconds_a_write)
    assert settling.accept(60, 1.0) == commits


def test_200_000_rows_take_few_writes(world):
    publish(world, 200_000)
    dispatcher = world.dispatcher(
        connection=writing(world, 0.003),
        wrap=answering(world, 0.0125),
        options=SyncOptions(),
    )
    binding = dispatcher.bind(dispatcher.warehouse.activation(world.name))
    assert dispatcher.sync_all([binding])[0].accepted.total() == 200_000
    assert dispatcher.warehouse.writes <= 30


def test_claims_grow_with_what_is_settled_and_no_faster(world):
    publish(world, 2_000, limit=10)
    options = replace(OPTIONS, first_claim_rows=20, largest_claim_rows=400)
    claims: list[tuple[int, int]] = []
    world.sync(
        wrap=answering(world, 0.01, lambda n: claims.append((n, world.claims()[0]))),
        options=options,
    )
    ahead = {claimed - accepted for accepted, claimed in claims}
    assert all(claimed <= 2 * max(20, done) + 20 for done, claimed in claims)
    assert 200 < max(ahead) <= 400 + 10


def test_claims_do_not_grow_where_rows_take_long(world):
    publish(world, 200, limit=10)
    options = replace(OPTIONS, first_claim_rows=20, lease_seconds=1_000)
    claims: list[tuple[int, int]] = []
    world.sync(
        wrap=answering(world, 100.0, lambda n: claims.append((n, world.claims()[0]))),
        options=options,
    )
    assert max(claimed - accepted for accepted, claimed in claims) <= 50


def test_a_request_that_is_tried_again_holds_up_those_far_beyond_it(world):
    """What was accepted beyond it would be repeated after a crash."""
    publish(world, 400, limit=10)
    ahead: list[int] = []

    def decide(request: Request) -> Answer | None:
        ahead.append(max(map(int, request.keys)) - world.claims()[1])
        is_first = "1" in request.keys and len(ahead) < 8
        return Answer(503, applied=False) if is_first else None

    world.store.decide = decide
    options = replace(OPTIONS, outstanding_rows=40, page_rows=20, commit_seconds=0.0)
    report = world.sync(options=options)
    assert (report.result, report.accepted.total()) == (Result.SUCCEEDED, 400)
    assert max(ahead) <= 60


def test_a_lease_is_renewed_long_before_its_end(world):
    publish(world, 200, limit=10)
    left: list[float] = []

    def look(accepted: int) -> None:
        left.extend(
            world.ledger.run(
                "select epoch(lease_expires_at - (now() at time zone 'utc'))"
                f" from {SCHEMA}.outhaul_activations"
            )[0]
        )

    assert world.sync(wrap=answering(world, 5.0, look)).accepted.total() == 200
    assert len(left) == 20
    assert min(left) >= 60 * 2 / 3 - 2 * 5
