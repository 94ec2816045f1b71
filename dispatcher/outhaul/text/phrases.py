"""Pieces of messages that many modules need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

_SIGNS = {"inserted": "+", "updated": "~", "removed": "-"}


def counted(number: int, word: str) -> str:
    """A number with its word, which takes an s: `1 row`, `2,000 rows`, `0 rows`.

    >>> counted(1, "row"), counted(2_000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def rows(number: int, of_one: str = "is", of_many: str = "are") -> str:
    """The beginning of a sentence about rows.

    >>> rows(1), rows(2_000, "waits", "wait")
    ('1 row is', '2,000 rows wait')
    """
    return f"{counted(number, 'row')} {of_one if number == 1 else of_many}"


def changes(counts: Mapping[str, int]) -> str:
    """Counts per change on one line, or a dash for none.

    >>> changes({"inserted": 40, "updated": 25, "removed": 12}), changes({})
    ('+40 ~25 -12', '–')
    """
    parts = [f"{sign}{counts.get(name, 0):,}" for name, sign in _SIGNS.items()]
    shown = [part for part in parts if part[1:] != "0"]
    return " ".join(shown) or "–"


def suppression(number: int, unmatched: Sequence[str]) -> list[str]:
    """What the lists of `outhaul_suppressed` did to a segment, and what they could not.

    >>> suppression(2, ["do_not_call"])
    ['2 rows are suppressed', 'no column tells whom do_not_call means']
    """
    remarks = [f"{rows(number)} suppressed"] if number else []
    if unmatched:
        remarks.append(f"no column tells whom {', '.join(unmatched)} means")
    return remarks


def span(seconds: float) -> str:
    """A length of time in one or two units.

    >>> span(0.4), span(12), span(180), span(7_500), span(200_000)
    ('0.4 s', '12 s', '3 min', '2 h 05 min', '2 days')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h {minutes % 60:02d} min"
    return f"{minutes // (24 * 60)} days"


def not_a_file(path: Path) -> str:
    """Why a path cannot be read as a file, where it is none."""
    if path.is_dir():
        return f"{path} is a folder, not a file"
    if path.exists():
        return f"{path} is not a plain file"
    if path.is_symlink():
        return f"{path} is a link to a file that is not there"
    return f"there is no {path}"


def how_to_add(extra: str) -> str:
    """What to run where a package of an extra is missing."""
    return (
        f"install outhaul with its extra '{extra}', from where you have it: "
        f"pip install 'outhaul[{extra}] @ git+<repository>'"
    )
