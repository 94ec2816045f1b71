"""What may be shown of foreign text and of values."""

from __future__ import annotations

import base64
import html
import json
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outhaul.text.redaction import LONGEST_EXCERPT, excerpt, mask_value

SECRET = "SG.canary/secret+value=42&é"

FORMS = {
    "plain": SECRET,
    "upper case": SECRET.upper(),
    "in a URL": quote(SECRET, safe=""),
    "in a URL, lower case": quote(SECRET, safe="").lower(),
    "in a form": quote_plus(SECRET),
    "in JSON": json.dumps({"key": SECRET}),
    "in JSON, as it is": json.dumps(SECRET, ensure_ascii=False),
    "in HTML": html.escape(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "base64 after 1": base64.b64encode(b":" + SECRET.encode() + b"x").decode(),
    "base64 after 2": base64.b64encode(b"u:" + SECRET.encode() + b"xy").decode(),
    "base64 after 4": base64.b64encode(b"user" + SECRET.encode()).decode(),
    "with escapes in it": SECRET[:5] + "\x1b[0m\x00" + SECRET[5:],
    "wrapped": SECRET[:5] + "\r\n  " + SECRET[5:],
}


@pytest.mark.parametrize("form", FORMS)
def test_J01_a_secret_is_masked_in_every_form(form):
    shown = excerpt(f"before {FORMS[form]} after", [SECRET]).replace(" ", "")
    assert "***" in shown
    assert shown.startswith("before") or "json" in form.lower()
    for part in (SECRET[3:9], quote(SECRET)[3:9], FORMS[form][6:12]):
        assert part.lower() not in shown.lower()


def test_a_text_without_the_secret_stays_as_it_is():
    assert excerpt("the list was not found", [SECRET]) == "the list was not found"


def test_J02_empty_and_tiny_secrets_do_not_garble_the_text():
    assert excerpt("an apple a day", ["", "a", "app"]) == "an apple a day"
    assert excerpt("an apple a day", ["apple"]) == "an *** a day"


def test_J03_a_secret_with_a_line_break_or_signs_of_patterns_is_masked():
    assert excerpt("x ab\ncd.*( y", ["ab\ncd.*("]) == "x *** y"
    assert excerpt("x abXcd y", ["ab.cd"]) == "x abXcd y"


@pytest.mark.parametrize(
    "text",
    [
        "contact ann.o'neil+x@example.com is bad",
        "email 'ann@example.com' is not valid",
        "?email=ann%40example.com&x=1",
        "<ann@example.com>",
        "ännchen@exämple.com",
        "call +44 7700 900123 now",
        "call (01632) 960-983 now",
        "id 12345678901",
    ],
)
def test_J15_addresses_and_numbers_of_people_are_masked(text):
    shown = excerpt(text)
    assert "***" in shown
    for part in ("ann", "example", "exämple", "900", "960", "5678"):
        assert part not in shown


def test_short_numbers_stay():
    assert excerpt("400: at most 100 of 30000") == "400: at most 100 of 30000"


def test_J14_an_excerpt_is_one_line_without_escapes():
    nasty = "a\r\nb\x1b[31mc\x1b]0;title\x07 d\u2028e\u202ef\x00g\td"
    assert excerpt(nasty) == "a bc d efg d"


def test_an_excerpt_is_cut():
    assert len(excerpt("word " * 1_000)) == LONGEST_EXCERPT
    assert len(excerpt(b"\xff" * 50_000_000)) <= LONGEST_EXCERPT
    assert excerpt(None) == ""


@given(st.text(min_size=8), st.text(), st.text())
def test_no_secret_survives_whatever_stands_around_it(secret, before, after):
    shown = excerpt(before + secret + after, [secret])
    inner = secret.strip()
    if len(inner) >= 8 and inner not in before + "***" + after:
        assert inner not in shown


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("ann@example.com", "a***@example.com"),
        (" Ann@example.com ", "A***@example.com"),
        ("Ann", "A***"),
        ("Ölaf", "Ö***"),
        ("+44 7700 900123", "***"),
        ("12345", "***"),
        ("", ""),
        (None, None),
        (True, True),
        (12345, "***"),
        (1.5, "***.**"),
        (Decimal("12.50"), "***.**"),
        (date(2026, 1, 2), "****-**-**"),
        (datetime(2026, 1, 2), "****-**-**T**:**:**"),
        (["Ann", 1], ["A***", "***"]),
        ({"name": "Ann"}, {"name": "A***"}),
        (b"Ann", "***"),
        ("@home", "***"),
        ("x\x1b[31m@a\nb", "x***"),
    ],
)
def test_values_are_masked_and_their_type_stays_recognisable(value, masked):
    assert mask_value(value) == masked
