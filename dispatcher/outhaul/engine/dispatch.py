"""The syncs of many activations: in parallel, in stages, each on its own."""

from __future__ import annotations

import math
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from outhaul.connections.labels import labelled
from outhaul.engine.holders import holder
from outhaul.engine.lease import Lease, shorten_lease_of_dead
from outhaul.engine.options import SyncOptions
from outhaul.engine.outcomes import exceeds
from outhaul.engine.places import find_place, known_place, place_of, renewed_fields
from outhaul.engine.rate import RateLimiters
from outhaul.engine.retries import ATTEMPTS, wait_before_retry
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary
from outhaul.engine.sync import Sync
from outhaul.errors import (
    ConfigurationError,
    LeaseLost,
    OuthaulError,
    RetryRequest,
    WarehouseError,
)
from outhaul.http.traffic import noting
from outhaul.ledger import Warehouse
from outhaul.ledger.records import (
    ActivationRecord,
    Claims,
    Control,
    LeaseGrant,
    Place,
    SyncRecord,
)
from outhaul.model import Change
from outhaul.registry.activations import Binding
from outhaul.text.visible import visible

_WAKE_SECONDS = 0.1


class Observer:
    """Told how syncs get on; the base class takes no notice. Called from threads."""

    def started(self, name: str, planned: int) -> None:
        """A sync has so many rows to attempt."""

    def progressed(self, name: str, done: int) -> None:
        """So many of them have an outcome."""

    def stopping(self) -> None:
        """All syncs were told to stop, a moment ago; called once."""

    def waits(self, name: str, requests: int, seconds: float) -> None:
        """A sync that stops waits for so many requests, each so long at most."""

    def finished(self, summary: Summary) -> None:
        """The sync is over."""


@dataclass(frozen=True)
class Dispatcher:
    """What syncs share. `bind` binds a record anew when a build came between."""

    warehouse: Warehouse
    bind: Callable[[ActivationRecord], Binding]
    threads: int = 4
    options: SyncOptions = field(default_factory=SyncOptions)
    seams: Seams = field(default_factory=Seams)
    observer: Observer = field(default_factory=Observer)

    def sync_all(self, bindings: Sequence[Binding]) -> list[Summary]:
        """Sync each activation; one that fails does not stop the others.

        At one destination the services of a lower stage are finished first, so that
        contacts exist before they are put on lists.
        """
        controls = self.warehouse.controls(["pause", "resume"])
        approvals = self.warehouse.controls(["approve"])
        limiters = RateLimiters(self.seams)
        by_destination: dict[str, list[Binding]] = defaultdict(list)
        for binding in bindings:
            by_destination[binding.destination.name].append(binding)
        with ThreadPoolExecutor(max(1, self.threads), "outhaul-sync") as pool:

            def run(binding: Binding) -> Summary:
                with labelled(activation=binding.name):
                    return self._run(
                        binding,
                        controls.get(binding.name),
                        approvals.get(binding.name),
                        limiters,
                    )

            with ThreadPoolExecutor(max(1, len(by_destination))) as destinations:
                groups = [
                    destinations.submit(_in_stages, group, pool, run)
                    for group in by_destination.values()
                ]
                # In short steps: a signal that the system gives to another thread is
                # seen when this one wakes.
                is_told = is_over = False
                while not is_over:
                    is_over = not wait(groups, timeout=_WAKE_SECONDS).not_done
                    if self.seams.stop.is_set() and not is_told:
                        self.observer.stopping()
                        is_told = True
                summaries = [summary for group in groups for summary in group.result()]
        order = {binding.name: index for index, binding in enumerate(bindings)}
        return sorted(summaries, key=lambda summary: order[summary.name])

    def _run(
        self,
        binding: Binding,
        control: Control | None,
        approval: Control | None,
        limiters: RateLimiters,
    ) -> Summary:
        summary = Summary(binding.name)
        started = self.seams.clock()
        try:
            if self.seams.stop.is_set():
                summary.result, summary.message = Result.INCOMPLETE, "interrupted"
            elif control is not None and control.action == "pause":
                summary.result = Result.PAUSED
                reason = f": {control.reason}" if control.reason else ""
                summary.message = visible(f"paused by {control.actor}{reason}")
            else:
                self._sync(binding, approval, limiters, summary)
        except ConfigurationError as error:
            summary.result, summary.message = Result.MISCONFIGURED, str(error)
        except LeaseLost as error:
            summary.result, summary.message = Result.BUSY, str(error)
        except OuthaulError as error:
            summary.result, summary.message = Result.FAILED, str(error)
        except Exception as error:  # a bug of ours: the other activations go on
            summary.result, summary.error = Result.FAILED, error
            summary.message = (
                f"internal error ({type(error).__name__}); run with --debug for details"
            )
        summary.seconds = self.seams.clock() - started
        self.observer.finished(summary)
        return summary

    def _sync(
        self,
        binding: Binding,
        approval: Control | None,
        limiters: RateLimiters,
        summary: Summary,
    ) -> None:
        record = binding.record
        claims = trusted_claims(self.warehouse, record)
        upto = sendable(record, approval)
        if claims.committed >= upto:
            _nothing_to_send(record, record.guarded(claims.committed, upto), summary)
            return
        since = self.seams.clock()
        seconds = max(
            self.options.lease_seconds, math.ceil(3 * binding.service.request_seconds)
        )
        grant = self._take_lease(binding, seconds, summary)
        if grant is None:
            return
        lease = Lease(self.warehouse, grant, seconds, since, self.seams)
        if grant.generation != record.generation:
            try:
                binding = self.bind(self.warehouse.activation(record.name))
            except ConfigurationError:
                lease.release()
                raise
        is_known = self._sync_leased(binding, approval, limiters, summary, lease)
        if is_known:
            lease.release()
        else:
            lease.outlive()

    def _take_lease(
        self, binding: Binding, seconds: int, summary: Summary
    ) -> LeaseGrant | None:
        """None: somebody holds it, or was killed and may still be heard of."""
        name, warehouse = binding.record.name, self.warehouse
        grant = warehouse.take_lease(name, holder(), seconds)
        if grant is not None:
            return grant
        left = shorten_lease_of_dead(warehouse, name, binding.service.request_seconds)
        if left == 0:
            grant = warehouse.take_lease(name, holder(), seconds)
        if grant is None:
            summary.result = Result.BUSY
            summary.message = warehouse.activation(name).at_work()
            if left:
                summary.message = (
                    "a sync that was killed held it, and what that had sent may still"
                    f" arrive; run this one again in {left} s"
                )
        return grant

    def _sync_leased(
        self,
        binding: Binding,
        approval: Control | None,
        limiters: RateLimiters,
        summary: Summary,
        lease: Lease,
    ) -> bool:
        """Send under the lease; returns whether nothing that was sent is in doubt."""
        record = binding.record
        upto = sendable(record, approval)
        claims = self.warehouse.claims(record.name, record.generation)
        summary.planned = record.remaining(claims.committed, upto)
        summary.held = record.guarded(claims.committed, upto)
        ledger = binding.for_ledger()
        is_new = not self.warehouse.has_succeeded(
            record.name, ledger["fingerprint"], binding.max_rejected
        )
        sync_id = uuid.uuid4().hex
        started = self.seams.clock()
        with noting(summary.note_request):
            refusal = self._prepare(binding, claims, summary, lease)
        place = None if refusal else place_of(binding)
        self.warehouse.record_sync(
            lease.grant, ledger, _sync_record(sync_id, summary, "running", 0.0, place)
        )
        self.observer.started(record.name, upto - claims.committed)
        sync = Sync(
            binding,
            self.warehouse,
            lease,
            claims,
            upto,
            is_new,
            limiters,
            summary,
            self.options,
            self.seams,
            progress=lambda done: self.observer.progressed(record.name, done),
            stopping=lambda requests: self.observer.waits(
                record.name, requests, binding.service.request_seconds
            ),
        )
        try:
            if refusal:
                raise refusal
            sync.run()
            _conclude(binding, summary)
        except RetryRequest as error:
            summary.result, summary.message = Result.INCOMPLETE, str(error)
        except OuthaulError as error:
            is_config = isinstance(error, ConfigurationError)
            summary.result = Result.MISCONFIGURED if is_config else Result.FAILED
            summary.message = str(error)
            if isinstance(error, LeaseLost):
                raise
        seconds = self.seams.clock() - started
        summary.created = list(binding.service.findings.created)
        place = None if refusal else place_of(binding)
        self.warehouse.record_sync(
            lease.grant,
            ledger,
            _sync_record(sync_id, summary, summary.result.value, seconds, place),
        )
        return not sync.leaves_doubt

    def _prepare(
        self, binding: Binding, claims: Claims, summary: Summary, lease: Lease
    ) -> OuthaulError | None:
        """Find where the rows go and make what they need; what hinders that, if any."""
        known = known_place(self.warehouse, binding, claims)
        try:
            self._ask_service(binding, known, summary, lease)
        except OuthaulError as error:
            return error
        renewed = renewed_fields(known, binding)
        if renewed and binding.service.repeatable:
            summary.notes.append(self._resend(binding.record, renewed))
        return None

    def _ask_service(
        self, binding: Binding, known: Place | None, summary: Summary, lease: Lease
    ) -> None:
        """With a few attempts."""
        for attempt in range(1, ATTEMPTS + 1):
            lease.keep()
            try:
                summary.notes = find_place(binding, known)
                binding.service.prepare(binding.columns)
                return
            except RetryRequest as error:
                if attempt == ATTEMPTS or self.seams.stop.is_set():
                    raise
                chance = self.seams.random.random()
                self._wait(lease, wait_before_retry(error, attempt, chance))
                if self.seams.stop.is_set():
                    raise

    def _wait(self, lease: Lease, seconds: float) -> None:
        """Wait and keep the lease, or less where it was asked to stop."""
        until = self.seams.clock() + seconds
        while not self.seams.stop.is_set():
            left = until - self.seams.clock()
            if left <= 0:
                return
            self.seams.wait(min(left, lease.seconds / 4))
            lease.keep()

    def _resend(self, record: ActivationRecord, renewed: Sequence[str]) -> str:
        """Let the next build send all rows: a field that is new holds no values."""
        names = ", ".join(f"'{name}'" for name in renewed)
        reason = f"made anew at the destination, so empty there: {names}"
        self.warehouse.control(record, "resend", "outhaul", reason)
        return f"{reason}; the next build sends all rows again"


def sendable(record: ActivationRecord, approval: Control | None) -> int:
    """The last position that may be sent: an approval releases its generation alone."""
    is_approved = approval is not None and approval.generation == record.generation
    return record.last_seq if is_approved else record.sendable_seq


def _in_stages(
    bindings: Iterable[Binding],
    pool: ThreadPoolExecutor,
    run: Callable[[Binding], Summary],
) -> list[Summary]:
    stages: dict[int, list[Binding]] = defaultdict(list)
    for binding in bindings:
        stages[binding.service.stage].append(binding)
    return [
        summary for stage in sorted(stages) for summary in pool.map(run, stages[stage])
    ]


def _nothing_to_send(record: ActivationRecord, held: int, summary: Summary) -> None:
    summary.held = held
    summary.result = Result.HELD if summary.held else Result.NOTHING
    if summary.held:
        summary.message = _hold_message(record)


def _conclude(binding: Binding, summary: Summary) -> None:
    """The result of a sync that came to its end."""
    if summary.result is not Result.SUCCEEDED:
        return
    missing, rows = _missing(binding, summary)
    if missing:
        summary.message = f"{missing} of {rows} rows are missing at the destination"
    if summary.rejected.total():
        summary.result = Result.REJECTED
        summary.message = "see 'outhaul rejections'"
    elif exceeds(missing, binding.max_missing, rows):
        summary.result = Result.MISSING
        summary.message += (
            f", more than max_missing allows ({binding.max_missing:g}); see"
            " 'outhaul rejections'"
        )
    elif summary.held:
        summary.result = Result.HELD
        summary.message = _hold_message(binding.record)


def _missing(binding: Binding, summary: Summary) -> tuple[int, int]:
    """Rows that should be at the destination and are not, of how many in the segment.

    A sync that only tries the missing ones again finds them missing, all of them.
    """
    kept = (Change.INSERTED, Change.UPDATED)
    missing = sum(summary.missing[change] for change in kept)
    tried = missing + sum(
        counts[change]
        for counts in (summary.accepted, summary.rejected)
        for change in kept
    )
    return missing, max(tried, binding.record.rows_in_segment)


def _hold_message(record: ActivationRecord) -> str:
    return f"{record.hold_reason}; 'outhaul approve {record.name}' releases it"


def _sync_record(
    sync_id: str, summary: Summary, status: str, seconds: float, place: Place | None
) -> SyncRecord:
    return SyncRecord(
        sync_id=sync_id,
        status=status,
        message=summary.message or None,
        planned=summary.planned,
        accepted=summary.accepted,
        rejected=summary.rejected,
        missing=summary.missing,
        requests=summary.requests,
        seconds=seconds,
        place=place,
        created=summary.created,
    )


def trusted_claims(warehouse: Warehouse, record: ActivationRecord) -> Claims:
    """How far the generation is claimed and committed, where the ledger agrees on it.

    One that lost a part of itself must not pass for one that never had it; the build
    has the same rule. Raises WarehouseError.
    """
    traces = warehouse.traces(record.name, record.generation)
    way = (
        f"restore it, or run 'outhaul resync {record.name}' and 'dbt build', which "
        "sends everything again"
    )
    if traces.highest > record.generation:  # or a build has come between
        last = warehouse.activation(record.name).generation
        if traces.highest > last:
            raise WarehouseError(
                f"build {traces.highest} of {record.name} was sent, and the ledger "
                f"says that build {last} is the last one: outhaul_activations went "
                f"back; {way}"
            )
    if traces.settled > traces.claims.claimed:
        raise WarehouseError(
            f"of build {record.generation} of {record.name} at least {traces.settled} "
            f"rows were sent, and outhaul_claims knows of {traces.claims.claimed}: "
            f"{way}; or, if all of it arrived, 'outhaul adopt {record.name}'"
        )
    return traces.claims


__all__ = ["Dispatcher", "Observer", "sendable", "trusted_claims"]
