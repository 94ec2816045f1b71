"""`outhaul_syncs` and `outhaul_controls`: what was done, and what people decided."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import fields

from outhaul.ledger.records import (
    ActivationRecord,
    Control,
    LeaseGrant,
    LostActivation,
    Place,
    SyncRecord,
)
from outhaul.ledger.statements import Statements
from outhaul.model import Change

# A share is compared in whole numbers: 0.29 * 100 is less than 29 in binary fractions.
_PARTS = 1_000_000_000
_DECISIONS_ON_PLACES = ("resync", "adopt", "rebind")
"""After one of these, what earlier syncs say of a place is no more true."""

_OUTCOMES = ("planned", "accepted", "rejected", "missing")
_PLACE_COLUMNS = tuple(each.name for each in fields(Place))


class History(Statements):
    """Syncs and controls, both append-only."""

    def record_sync(
        self, lease: LeaseGrant, binding: Mapping[str, str], sync: SyncRecord
    ) -> None:
        """Append a sync's start or end.

        binding: destination, service and fingerprint of what the rows are bound to.
        """
        self._append(
            "outhaul_syncs",
            {
                "sync_id": sync.sync_id,
                **lease.columns(),
                "destination": binding["destination"],
                "service": binding["service"],
                "binding": binding["fingerprint"],
                **_place_columns(sync.place),
                "created": json.dumps(list(sync.created)) if sync.created else None,
                "status": sync.status,
                "message": sync.message,
                "requests": sync.requests,
                "seconds": sync.seconds,
                **{
                    f"{outcome}_{change.value}": getattr(sync, outcome).get(change, 0)
                    for outcome in _OUTCOMES
                    for change in Change
                },
            },
        )

    def has_succeeded(self, name: str, fingerprint: str, max_rejected: float) -> bool:
        """Whether a sync with this binding has delivered rows before.

        One of which a larger share than `max_rejected` was rejected does not count: it
        was stopped by its first rows, and the next one must not run on regardless.
        """
        accepted, rejected, missing = (
            " + ".join(f"{outcome}_{change.value}" for change in Change)
            for outcome in ("accepted", "rejected", "missing")
        )
        row = self._query(
            f"select count(*) from {self._table('outhaul_syncs')} where activation = ?"
            f" and binding = ? and {accepted} > 0 and ({rejected}) * {_PARTS} <="
            f" ? * ({accepted} + {rejected} + {missing})",
            (name, fingerprint, round(max_rejected * _PARTS)),
        )[0]
        return int(row[0]) > 0

    def places(self) -> dict[str, Place]:
        """Per activation where its rows were delivered so far.

        Told by the last sync that delivered any, or that broke off after it committed
        some; nothing is told where a `resync`, `adopt` or `rebind` came later.
        """
        syncs, claims, controls = (
            self._table(f"outhaul_{name}") for name in ("syncs", "claims", "controls")
        )
        accepted = " + ".join(f"accepted_{change.value}" for change in Change)
        decisions = ", ".join(f"'{action}'" for action in _DECISIONS_ON_PLACES)
        rows = self._query(
            f"select activation, {', '.join(_PLACE_COLUMNS)} from (select"
            " delivered.*, row_number() over (partition by activation order by"
            " told_at desc) as recency from (select syncs.activation,"
            f" {', '.join(f'max(syncs.{name}) as {name}' for name in _PLACE_COLUMNS)},"
            f" max(syncs.recorded_at) as told_at from {syncs} as syncs"
            " left join (select activation, max(recorded_at) as asked_at from"
            f" {controls} where action in ({decisions})"
            " group by activation) as controls"
            " on syncs.activation = controls.activation"
            " left join (select activation, fence, max(committed_seq) as committed"
            f" from {claims} group by activation, fence) as claims"
            " on syncs.activation = claims.activation and syncs.fence = claims.fence"
            " where syncs.account is not null and (controls.asked_at is null"
            " or syncs.recorded_at > controls.asked_at)"
            " group by syncs.activation, syncs.sync_id"
            f" having sum({accepted}) > 0"
            " or (count(*) = 1 and max(claims.committed) > 0)) as delivered)"
            " as ranked where recency = 1"
        )
        placed = {row[0]: _place(*row[1:]) for row in rows}
        return self._with_renamed(placed)

    def _with_renamed(self, placed: dict[str, Place]) -> dict[str, Place]:
        """An activation that goes on under a new name goes on at the old place."""
        for old, renaming in self.controls(["rename"]).items():
            new = renaming.subject
            if new is None or new in placed or old not in placed:
                continue
            decided = self.controls(_DECISIONS_ON_PLACES).get(new)
            if decided is None or decided.recorded_at < renaming.recorded_at:
                placed[new] = placed[old]
        return placed

    def control(
        self,
        record: ActivationRecord | LostActivation,
        action: str,
        actor: str,
        reason: str | None = None,
        counts: str | None = None,
        subject: str | None = None,
    ) -> None:
        """Record a person's decision. subject: what else it is about."""
        self._append(
            "outhaul_controls",
            {
                "control_id": uuid.uuid4().hex,
                "activation": record.name,
                "action": action,
                "generation": record.generation,
                "reason": reason,
                "actor": actor,
                "counts": counts,
                "subject": subject,
            },
        )

    def controls(self, actions: Iterable[str]) -> dict[str, Control]:
        """Per activation the newest control among these actions."""
        wanted = tuple(actions)
        rows = self._query(
            f"select activation, {', '.join(Control._fields)}"
            f" from {self._table('outhaul_controls')} where action in"
            f" ({', '.join('?' * len(wanted))}) order by recorded_at",
            wanted,
        )
        return {row[0]: Control(*row[1:]) for row in rows}


def _place_columns(place: Place | None) -> dict[str, str | None]:
    """What `_place` reads again."""
    if place is None:
        return dict.fromkeys(_PLACE_COLUMNS)
    fields = json.dumps(dict(sorted(place.fields.items())), ensure_ascii=False)
    values = (place.account, place.target, place.target_id, fields)
    return dict(zip(_PLACE_COLUMNS, values, strict=True))


def _place(account: str, target: str, target_id: str, fields: str | None) -> Place:
    """As it was written; some warehouses give back an empty text as none."""
    return Place(account, target or "", target_id or "", json.loads(fields or "{}"))
