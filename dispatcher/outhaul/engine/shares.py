"""Shares of rows as people write them, without the dirt of binary fractions."""

from __future__ import annotations

from fractions import Fraction


def exceeds(count: int, share: float, rows: int) -> bool:
    """Whether so many are more than this share of the rows.

    >>> 0.29 * 100 < 29, exceeds(29, 0.29, 100)
    (True, False)
    """
    return count > Fraction(str(share)) * rows
