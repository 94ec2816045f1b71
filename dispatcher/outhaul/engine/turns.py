"""One activation's turn: is anything pending, the lease, and the record of its sync."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outhaul.engine.holders import holder
from outhaul.engine.lease import Lease, shorten_lease_of_dead
from outhaul.engine.observer import Observer
from outhaul.engine.options import SyncOptions
from outhaul.engine.pending import sendable, trusted_claims
from outhaul.engine.places import PlaceGone, known_place, place_of, renewed_fields
from outhaul.engine.preparation import prepare
from outhaul.engine.rate import RateLimiters
from outhaul.engine.seams import Seams
from outhaul.engine.summary import Result, Summary, conclude, hold_message
from outhaul.engine.sync import Sync
from outhaul.errors import ConfigurationError, LeaseLost, OuthaulError, RetryRequest
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
from outhaul.registry.activations import Binding


@dataclass(frozen=True)
class Turns:
    """What the turns of all activations share; `take` is one of them."""

    warehouse: Warehouse
    bind: Callable[[ActivationRecord], Binding]
    options: SyncOptions
    seams: Seams
    observer: Observer
    limiters: RateLimiters

    def take(
        self, binding: Binding, approval: Control | None, summary: Summary
    ) -> None:
        """Send what is pending of an activation, and fill its summary."""
        record = binding.record
        claims = trusted_claims(self.warehouse, record)
        upto = sendable(record, approval)
        if claims.committed >= upto:
            summary.held = record.guarded(claims.committed, upto)
            summary.result = Result.HELD if summary.held else Result.NOTHING
            summary.message = hold_message(record) if summary.held else ""
            return
        since = self.seams.clock()
        # Three of the longest requests, so that none has to wait for a renewal.
        longest = math.ceil(3 * binding.service.request_seconds)
        seconds = max(self.options.lease_seconds, longest)
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
        if self._send(binding, approval, lease, summary):
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

    def _send(
        self,
        binding: Binding,
        approval: Control | None,
        lease: Lease,
        summary: Summary,
    ) -> bool:
        """Send under the lease; returns whether nothing that was sent is in doubt."""
        record = binding.record
        upto = sendable(record, approval)
        claims = self.warehouse.claims(record.name, record.generation)
        summary.planned = record.remaining(claims.committed, upto)
        summary.held = record.guarded(claims.committed, upto)
        is_new = not self.warehouse.has_succeeded(
            record.name, binding.for_ledger()["fingerprint"], binding.max_rejected
        )
        sync_id = uuid.uuid4().hex
        started = self.seams.clock()
        refusal = self._prepare(binding, claims, lease, summary)
        place = None if refusal else place_of(binding)
        begun = _sync_record(sync_id, summary, "running", 0.0, place)
        self.warehouse.record_sync(lease.grant, binding.for_ledger(), begun)
        self.observer.started(record.name, upto - claims.committed)
        sync = Sync(
            binding,
            self.warehouse,
            lease,
            claims,
            upto,
            is_new,
            self.limiters,
            summary,
            self.options,
            self.seams,
            self.observer,
        )
        try:
            if refusal:
                raise refusal
            sync.run()
            conclude(binding, summary)
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
        ended = _sync_record(sync_id, summary, summary.result.value, seconds, place)
        self.warehouse.record_sync(lease.grant, binding.for_ledger(), ended)
        return not sync.leaves_doubt

    def _prepare(
        self, binding: Binding, claims: Claims, lease: Lease, summary: Summary
    ) -> OuthaulError | None:
        """Find where the rows go and make what they need; what hinders that, if any."""
        known = known_place(self.warehouse, binding, claims)
        try:
            with noting(summary.note_request):
                try:
                    prepare(binding, known, lease, self.seams, summary.notes)
                except PlaceGone:
                    if not binding.service.refills:
                        raise
                    prepare(binding, None, lease, self.seams, summary.notes)
                    summary.notes.append(self._refill(binding))
        except OuthaulError as error:
            return error
        renewed = renewed_fields(known, binding)
        if renewed and binding.service.repeatable:
            summary.notes.append(self._resend(binding.record, renewed))
        return None

    def _refill(self, binding: Binding) -> str:
        """Let the next build send all rows to what was made anew."""
        reason = f"{binding.service.owns()} was deleted at the destination"
        self.warehouse.control(binding.record, "resync", "outhaul", reason)
        return f"{reason} and made anew; the next build sends all rows to it"

    def _resend(self, record: ActivationRecord, renewed: Sequence[str]) -> str:
        """Let the next build send all rows: a field that is new holds no values."""
        names = ", ".join(f"'{name}'" for name in renewed)
        reason = f"made anew at the destination, so empty there: {names}"
        self.warehouse.control(record, "resend", "outhaul", reason)
        return f"{reason}; the next build sends all rows again"


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
