"""Random histories of the real engine: faults, kills, jumps of time, two dispatchers.

The fold is `World.build`; the oracles are those of the protocol: what is committed was
accepted, nothing is sent that was not claimed, nobody sends without the lease, a
removal follows an insertion, and when the faults have ended the store holds the
segment. `Variation` switches one protection off, and then some history must fail.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from outhaul.engine.options import SyncOptions
from outhaul.engine.summary import Result, Summary
from outhaul.errors import LeaseLost, OutcomeUnknown
from outhaul.kit.service import Encoded, Job, Service
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims, LeaseGrant
from outhaul.model import ACCEPTED, Outcome
from outhaul.model import Status as S
from tests.engine.killing import Doom, kind_of
from tests.engine.ledger import Killed, Ledger, MemoryConnection
from tests.engine.store import Answer, Request, Store
from tests.engine.world import LEASE_SECONDS, World, person

KEYS = ("a", "b", "c")
NAMES = ("v1", "v2")
REQUEST_SECONDS = 10
OPTIONS = SyncOptions(
    lease_seconds=LEASE_SECONDS,
    canary_rows=2,
    first_claim_rows=2,
    largest_claim_rows=4,
    page_rows=2,
    outstanding_rows=4,
    commit_seconds=0.0,
)


@dataclass(frozen=True)
class Variation:
    """The protocol with one protection switched off; as it is by default."""

    warehouse: type[Warehouse] = Warehouse
    outcomes: Callable[[list[Outcome]], list[Outcome]] | None = None
    unknown: Outcome | None = None
    ignores_doubt: bool = False
    builds_under_lease: bool = False


class CountingWorld(World):
    """A world that checks what it folds against what the store accepted."""

    builds_under_lease = False

    def __init__(self, *arguments: Any, **account: Any) -> None:
        super().__init__(*arguments, **account)
        self.attempted: set[str] = set()

    def lease_is_live(self) -> bool:
        return not self.builds_under_lease and super().lease_is_live()

    def _fold(self) -> None:
        claimed, committed = self.claims()
        self.attempted |= {
            key for change, key, _ in self.published[:claimed] if change != "removed"
        }
        refused = {seq for (seq,) in self.rejections("seq")}
        for seq, (change, key, values) in enumerate(self.published[:committed], 1):
            if seq in refused:
                continue
            held = None if change == "removed" else _version(values)
            assert self.store.accepted[key, json.dumps(held)] > 0, (
                f"{change} of {key} is committed and was never accepted"
            )
        super()._fold()


def _version(values: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(("name", "city", "score"), values, strict=True))


class History:
    """One random history, all of which follows from its seed."""

    def __init__(
        self, ledger: Ledger, store: Store, seed: int, variation: Variation
    ) -> None:
        self.chance = random.Random(seed)
        self.fates = random.Random(seed + 1)
        self.variation = variation
        self.store = store
        self.ledger = ledger
        self.world = CountingWorld(
            ledger, store, request_seconds=float(REQUEST_SECONDS)
        )
        self.world.settings = {"limit": 2, "max_rejected": 1.0}
        self.world.ignore_doubt = variation.ignores_doubt
        self.world.builds_under_lease = variation.builds_under_lease
        self.sender: Dispatch | None = None
        self.is_healthy = False
        store.clock = ledger.clock
        store.decide = self.fate
        store.on_request = self.check_request

    def run(self, steps: int = 10) -> None:
        self.change()
        self.world.build()
        for _ in range(steps):
            self.chance.choice((self.change, self.build, self.sync, self.sync))()
        self.heal()

    def change(self) -> None:
        """People come, change, go; time passes."""
        segment = self.world.segment
        for key in KEYS:
            kind = self.chance.random()
            if kind < 0.35:
                segment[key] = person(self.chance.choice(NAMES))
            elif kind < 0.55:
                segment.pop(key, None)
        if self.chance.random() < 0.4:
            self.ledger.advance(self.chance.choice((1, 5, LEASE_SECONDS + 1)))

    def build(self) -> None:
        self.store.flush_late()
        self.world.build()

    def sync(self, depth: int = 0) -> None:
        dispatch = Dispatch(self, depth)
        before = self.world.claims()
        try:
            report = dispatch.run()
        except Killed:
            return
        if before[0] <= before[1] and not dispatch.was_disturbed:
            check_counts(report)

    def heal(self) -> None:
        """No more faults: some rounds later the store holds the segment."""
        self.is_healthy = True
        for _ in range(4):
            self.world.end_lease()
            self.store.flush_late(everything=True)
            self.world.retry()
            assert self.world.build()
            self.world.sync(options=OPTIONS)
        self.world.end_lease()
        assert self.world.build()
        assert self.store.violations == []
        assert self.store.held == self.world.expected()
        assert self.world.published == []

    # --- what the store does and sees

    def fate(self, request: Request) -> Answer | None:
        if self.is_healthy:
            return None
        kind = self.fates.random()
        if kind < 0.5:
            return None
        if kind < 0.62:
            key = self.fates.choice(request.keys)
            self.store.rejects = {key: "bad"}
            return Answer()
        self.store.rejects = {}
        return self.fates.choice(
            [
                Answer(500),
                Answer(500, applied=False),
                Answer(500, applied="half"),
                Answer(drop=True, late=self.fates.randrange(1, REQUEST_SECONDS)),
                Answer(drop=True),
                Answer(drop=True, applied=False),
                Answer(shape="short"),
                Answer(429, applied=False),
                Answer(400, body={}, applied=False),
                Answer(400, body={}, applied="half"),
            ]
        )

    def check_request(self, request: Request) -> None:
        if self.is_healthy:
            self.store.rejects = {}
            return
        claimed, _ = self.world.claims()
        known = {key for _, key, _ in self.world.published[:claimed]}
        assert set(request.keys) <= known, f"{request} was not claimed"
        holder, is_live = self.ledger.run(
            "select lease_holder, lease_expires_at > (now() at time zone 'utc')"
            " from shop.outhaul_activations"
        )[0]
        assert self.sender is not None
        assert is_live and holder == self.sender.holder, "sent without the lease"
        if request.action == "remove":
            attempted = self.world.attempted
            assert set(request.keys) <= attempted, f"{request} follows no insertion"


class Dispatch:
    """One sync of a history, and what happens to it and beside it."""

    def __init__(self, history: History, depth: int) -> None:
        self.history = history
        self.depth = depth
        self.chance = random.Random(history.chance.random())
        self.doom = Doom()
        self.doom.hooks.append(self.at)
        self.holder = ""
        self.is_sending = False
        self.was_disturbed = False
        self.may_die = self.chance.random() < 0.4

    def run(self) -> Summary:
        world = self.history.world
        connection = MemoryConnection(world.ledger, self.before, self.after)
        return world.sync(
            connection=connection,
            warehouse=self.history.variation.warehouse,
            wrap=self.wrap,
            options=OPTIONS,
        )

    def before(self, sql: str, parameters: Sequence[Any]) -> None:
        kind = kind_of(sql)
        if kind == "lease":
            self.holder = parameters[0]
        self.doom.at(f"before {kind}")

    def after(self, sql: str, parameters: Sequence[Any]) -> None:
        self.doom.at(f"after {kind_of(sql)}")

    def at(self, point: str) -> None:
        """Perhaps the end, perhaps a pause in which others get on."""
        if self.history.is_healthy or self.is_sending or point.endswith("read"):
            return
        if self.may_die and self.chance.random() < 0.08:
            self.doom.kill_if(True)
        # between the check of the lease and the socket nothing is promised
        if point == "before send" or self.depth or self.chance.random() > 0.06:
            return
        self.was_disturbed = True
        history = self.history
        if self.chance.random() < 0.7:
            history.ledger.advance(LEASE_SECONDS + 1)
        for action in self.chance.choices(
            (history.change, history.build, lambda: history.sync(1)), k=2
        ):
            action()

    def wrap(self, service: Service) -> Service:
        send = service.send

        def varied_send(items: Sequence[Encoded]) -> list[Outcome] | Job:
            self.doom.at("before send")
            self.is_sending, self.history.sender = True, self
            try:
                result = self.varied(send, items)
            finally:
                self.is_sending = False
            self.doom.at("after send")
            return result

        service.send = varied_send  # type: ignore[method-assign]
        service.partly_applies = True
        return service

    def varied(self, send: Any, items: Sequence[Encoded]) -> Any:
        variation = self.history.variation
        try:
            result = send(items)
        except OutcomeUnknown:
            if variation.unknown is None or self.history.is_healthy:
                raise
            return [variation.unknown] * len(items)
        return variation.outcomes(result) if variation.outcomes else result


def check_counts(report: Summary) -> None:
    """What was planned is accepted, refused, missing, in doubt or still waiting."""
    if report.result in (Result.NOTHING, Result.BUSY, Result.PAUSED):
        return
    counters = (report.accepted, report.rejected, report.missing, report.not_consumed)
    told = sum(counter.total() for counter in counters)
    assert report.planned.total() == told + report.unknown + report.waiting, report


# --- protections switched off


class NoClaims(Warehouse):
    """Nothing is written down before it is sent."""

    def claim(self, lease: LeaseGrant, claims: Claims, sent: int | None = None) -> None:
        super().claim(lease, Claims(claims.committed, claims.committed))


class CommitsFirst(Warehouse):
    """A range counts as done as soon as it is claimed."""

    def claim(self, lease: LeaseGrant, claims: Claims, sent: int | None = None) -> None:
        super().claim(lease, Claims(claims.claimed, claims.claimed))


class NoLease(Warehouse):
    """Everybody gets the lease, and nobody loses it."""

    def take_lease(self, name: str, holder: str, seconds: int) -> LeaseGrant | None:
        self._write(
            f"update {self._table('outhaul_activations')} set lease_expires_at = null"
            " where activation = ?",
            (name,),
        )
        return super().take_lease(name, holder, seconds)

    def renew_lease(self, lease: LeaseGrant, seconds: int) -> None:
        try:
            super().renew_lease(lease, seconds)
        except LeaseLost:
            return

    def claim(self, lease: LeaseGrant, claims: Claims, sent: int | None = None) -> None:
        self._write(
            f"insert into {self._table('outhaul_claims')} (activation, generation,"
            " fence, claimed_seq, committed_seq, sent_seq) values (?, ?, ?, ?, ?, ?)",
            (lease.activation, lease.generation, lease.fence, *claims, sent),
        )


def _all_accepted(outcomes: list[Outcome]) -> list[Outcome]:
    return [ACCEPTED] * len(outcomes)


def _unknown_is_accepted(outcomes: list[Outcome]) -> list[Outcome]:
    return [ACCEPTED if each.status is S.UNKNOWN else each for each in outcomes]


AS_IT_IS = Variation()
BROKEN = {
    "claims-not-recorded": Variation(NoClaims),
    "committed-before-sending": Variation(CommitsFirst),
    "lease-ignored": Variation(NoLease, builds_under_lease=True),
    "doubt-ignored": Variation(ignores_doubt=True),
    "unknown-is-accepted": Variation(outcomes=_unknown_is_accepted, unknown=ACCEPTED),
    "unknown-is-refused": Variation(unknown=Outcome(S.REJECTED, "no", "No.")),
    "partial-success-is-success": Variation(outcomes=_all_accepted),
}
