"""`outhaul resync`: send everything again."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.cli.decision import actor, decision, record_decision
from outhaul.commands.session import Session
from outhaul.text.phrases import counted


def resync(session: Session, names: Sequence[str], reason: str | None) -> list[str]:
    """Let everything be sent again from the next build on; leavers are removed."""
    lost = [found for name in names if (found := session.lost(name)) is not None]
    for each in lost:
        session.warehouse.control(each, "resync", actor(), reason)
    left = [name for name in names if name not in {each.name for each in lost}]
    records = session.records(left) if left else []
    return [
        f"{each.name}: the ledger has lost it; the next 'dbt build' makes all of its "
        "rows pending again"
        for each in lost
    ] + [
        record_decision(
            session,
            record,
            "resync",
            reason,
            f"{record.name}: the next 'dbt build' makes all of its segment pending "
            f"again ({counted(record.rows_in_segment, 'row')})",
        )
        for record in records
    ]


command = decision(resync, "Send everything again at the next build")
