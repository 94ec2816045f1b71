"""Numbers in words."""

from __future__ import annotations

import pytest

from outhaul.report.labels import clean, columns_of, cut
from outhaul.report.words import count, percent, short


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1k"),
        (1050, "1.05k"),
        (999_960, "1M"),
        (45_000_000, "45M"),
        (7 * 10**9, "7B"),
        (9_223_372_036_854_775_807, "9.22e18"),
    ],
)
def test_a_short_number_has_three_digits(number: int, shown: str) -> None:
    assert short(number) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (None, "–"),
        (0.0, "0 %"),
        (0.0004, "<0.1 %"),
        (0.0123, "1.2 %"),
        (0.0996, "10 %"),
        (0.5, "50 %"),
        (0.9999, ">99 %"),
        (1.0, "100 %"),
        (1.5, "150 %"),
    ],
)
def test_a_share_never_looks_like_nothing_or_all(
    share: float | None, shown: str
) -> None:
    assert percent(share) == shown


def test_a_count_that_is_not_known_is_a_dash() -> None:
    assert (count(None), count(1234567)) == ("–", "1,234,567")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abcdef", "abcdef"),
        ("abcdefg", "abcd…g"),
        ("優良顧", "優良顧"),
        ("優良顧客", "優良…"),
    ],
)
def test_a_long_label_is_cut_to_its_columns(text: str, shown: str) -> None:
    assert cut(text, 6) == shown
    assert columns_of(cut(text, 6)) <= 6


def test_letters_that_join_others_stay() -> None:
    family = "👩\u200d👧"
    assert clean(family) == family
    assert clean("a\u2067b\ufffec\u200fd") == "a\ufffdb\ufffdc\ufffdd"
    assert clean("a\x1b[31mb\nc") == "a\ufffd[31mb\ufffdc"
