"""A connection can tell which activation the statements of a sync are for."""

from __future__ import annotations

from typing import Any

from outhaul.connections.labels import labelled, labels
from outhaul.engine.summary import Result
from tests.engine.ledger import DIFF, Ledger, MemoryConnection
from tests.engine.world import World


def test_statements_of_a_sync_have_the_name_of_its_activation(
    world: World, ledger: Ledger
) -> None:
    world.build()
    seen: list[dict[str, str]] = []

    def note(sql: str, parameters: Any) -> None:
        if not sql.startswith("select"):
            seen.append(dict(labels()))

    report = world.sync(connection=MemoryConnection(ledger, before=note))
    assert report.result is Result.SUCCEEDED
    assert len(seen) > 4
    assert seen == [{"activation": DIFF}] * len(seen)
    assert labels() == {}


def test_labels_add_up_and_end_with_their_block() -> None:
    with labelled(target="dev"):
        with labelled(activation="a"):
            assert labels() == {"target": "dev", "activation": "a"}
        assert labels() == {"target": "dev"}
    assert labels() == {}
