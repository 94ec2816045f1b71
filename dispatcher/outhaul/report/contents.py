"""What the page is made of, read from ledger and models."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from outhaul.commands.session import Session
from outhaul.errors import LedgerMissing
from outhaul.report.counts import read_counts
from outhaul.report.data import Delivery, LeftOut, Report
from outhaul.report.delivery import read_delivery
from outhaul.report.manifest import report_models


def read_report(session: Session, patterns: Sequence[str]) -> Report:
    """All that the page shows. `patterns` select activations, not models that count.

    A project without a ledger may still have such models.
    """
    try:
        records, _ = session.owned()
        delivery = read_delivery(session, patterns)
    except LedgerMissing as missing:
        records = []
        delivery = Delivery(left_out=(LeftOut("Everything on delivery", str(missing)),))
    models, left_out = report_models(session.project, records)
    return Report(
        project=session.project.name,
        target=session.project.target_name,
        made_at=datetime.now(timezone.utc),
        delivery=delivery,
        counts=read_counts(session.warehouse, models, left_out),
    )
