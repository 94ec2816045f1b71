"""`outhaul resync`: send everything again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outhaul.cli.decision import Decision, decision
from outhaul.commands.session import Session
from outhaul.text.phrases import counted


def resync(session: Session, names: Sequence[str]) -> Iterator[Decision]:
    """Let everything be sent again from the next build on; leavers are removed."""
    lost = [found for name in names if (found := session.lost(name)) is not None]
    for each in lost:
        yield Decision(
            each,
            f"{each.name}: the ledger has lost it; the next 'dbt build' makes all of "
            "its rows pending again",
        )
    left = [name for name in names if name not in {each.name for each in lost}]
    for record in session.records(left) if left else ():
        yield Decision(
            record,
            f"{record.name}: the next 'dbt build' makes all of its segment pending "
            f"again ({counted(record.rows_in_segment, 'row')})",
        )


command = decision(resync, "Send everything again at the next build")
