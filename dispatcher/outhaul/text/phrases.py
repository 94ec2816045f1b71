"""Pieces of messages that many modules need."""

from __future__ import annotations

from pathlib import Path


def counted(number: int, word: str) -> str:
    """A number with its word, which takes an s: `1 row`, `2,000 rows`, `0 rows`.

    >>> counted(1, "row"), counted(2_000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{number:,} {word}" + ("" if number == 1 else "s")


def rows(number: int, of_one: str, of_many: str) -> str:
    """The beginning of a sentence about rows.

    >>> rows(1, "is", "are"), rows(2_000, "waits", "wait")
    ('1 row is', '2,000 rows wait')
    """
    return f"{counted(number, 'row')} {of_one if number == 1 else of_many}"


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
