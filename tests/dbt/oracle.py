"""A model of the `diff` materialization in Python, and of the destination it feeds.

It follows sections 4 and 5 of the design: what became of each published row decides
what is acknowledged, and the next diff is the segment compared with that.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

Values = tuple[str | None, str | None]
COLUMNS = ("name", "city")


@dataclass(frozen=True)
class Published:
    """One row of a diff; `seq` is None for a row that is held."""

    seq: int | None
    change: str
    key: int
    values: Values
    changed: tuple[str, ...] | None = None


@dataclass
class Fate:
    """What a sync recorded: positions, and the refused ones with what is in doubt."""

    claimed: int = 0
    committed: int = 0
    refused: dict[int, bool] = field(default_factory=dict)


@dataclass
class Held:
    """What the destination holds of a key, as far as is known."""

    values: Values
    doubt: str | None = None


@dataclass
class Oracle:
    """The state between builds: acknowledged rows and refused ones, by key."""

    acknowledged: dict[int, Held] = field(default_factory=dict)
    refused: dict[int, tuple[bool, Values]] = field(default_factory=dict)

    def fold(self, published: list[Published], fate: Fate) -> None:
        for row in published:
            if row.seq is None or row.seq > fate.claimed:
                continue
            is_refused = row.seq in fate.refused
            if is_refused:
                self.refused[row.key] = (row.change == "removed", row.values)
            elif row.seq <= fate.committed:
                self.refused.pop(row.key, None)
            if is_refused and not fate.refused[row.seq]:
                continue
            is_in_doubt = is_refused or row.seq > fate.committed
            if row.change != "removed":
                doubt = row.change if is_in_doubt else None
                self.acknowledged[row.key] = Held(row.values, doubt)
            elif is_in_doubt:
                if row.key in self.acknowledged:
                    self.acknowledged[row.key].doubt = "removed"
            else:
                self.acknowledged.pop(row.key, None)

    def diff(self, segment: dict[int, Values], releases: bool) -> set[Published]:
        """The rows of the next diff, without positions: -1 for those to be sent.

        releases: whether what was refused is tried again although it is the same.
        """
        rows = set()
        for key in segment.keys() | self.acknowledged.keys():
            wanted, held = segment.get(key), self.acknowledged.get(key)
            row = _change(key, wanted, held)
            if row is None:
                continue
            waits = self.refused.get(key) == (row.change == "removed", row.values)
            seq = None if waits and not releases else -1
            rows.add(Published(seq, row.change, key, row.values, row.changed))
        changed_keys = {row.key for row in rows}
        self.refused = {
            key: what for key, what in self.refused.items() if key in changed_keys
        }
        return rows


def _change(key: int, wanted: Values | None, held: Held | None) -> Published | None:
    if wanted is None:
        assert held is not None
        return Published(-1, "removed", key, held.values)
    if held is None or held.doubt in ("inserted", "removed"):
        return Published(-1, "inserted", key, wanted)
    changed = tuple(
        name
        for name, new, old in zip(COLUMNS, wanted, held.values, strict=True)
        if new != old
    )
    if not changed and held.doubt is None:
        return None
    return Published(-1, "updated", key, wanted, changed)


@dataclass
class Destination:
    """What really arrives, which the ledger may know only in part."""

    store: dict[int, Values] = field(default_factory=dict)
    attempted: set[int] = field(default_factory=set)

    def apply(
        self, published: list[Published], fate: Fate, chance: random.Random
    ) -> None:
        for row in published:
            if row.seq is None or row.seq > fate.claimed:
                continue
            assert row.change != "removed" or row.key in self.attempted
            self.attempted.add(row.key)
            is_known = row.seq <= fate.committed or row.seq in fate.refused
            if is_known and not fate.refused.get(row.seq, False):
                arrives = row.seq not in fate.refused
            else:
                arrives = chance.random() < 0.5
            if not arrives:
                continue
            if row.change == "removed":
                self.store.pop(row.key, None)
            else:
                self.store[row.key] = row.values
