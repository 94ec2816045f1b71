"""Secrets and values of rows, found in whatever form a text repeats them."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from datetime import date
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outhaul.text.decoding import ESCAPES, Reading, compact
from outhaul.text.redaction import excerpt
from outhaul.text.row_values import RowValues
from outhaul.text.secret_texts import Secrets, secret_parts_of_address

KEY = "\n".join(
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW",
        "QyNTUxOQAAACDOWq9sT1xyzI2Cbn0wM5cVnmJ7SNuSgkHcQ9xJ1tPfRQAAAJgxDRPGMQ0T",
        "-----END OPENSSH PRIVATE KEY-----",
    ]
)


def every_character_as(form: str) -> Callable[[str], str]:
    return lambda text: "".join(form.format(ord(c)) for c in text)


def in_json(text: str) -> str:
    """Every character escaped, those beyond 16 bits as two."""
    units = text.encode("utf-16-be").hex().upper()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def in_percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def in_base64(text: str) -> str:
    return base64.b64encode(b"{" + text.encode() + b"}").decode()


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with solidus": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON in hexadecimal": in_json,
    "percent": lambda text: quote(text, safe=""),
    "percent throughout": in_percent,
    "form": quote_plus,
    "entities": html.escape,
    "decimal entities": every_character_as("&#{};"),
    "hexadecimal entities": every_character_as("&#x{:x};"),
    "base64": in_base64,
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
}
SECRET = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
    min_size=12,
    max_size=40,
).filter(lambda text: len(compact(Reading.of(text)).text) == len(text))


@given(SECRET, st.sampled_from(list(WRITTEN)), st.sampled_from(list(WRITTEN)))
@settings(max_examples=300, deadline=None)
def test_a_secret_is_found_however_it_is_written_twice(secret, first, second):
    written = WRITTEN[second](WRITTEN[first](secret))
    shown = Secrets([secret]).hide(f"<<<{written}>>>")
    assert shown.startswith("<<<") and shown.endswith(">>>") and "***" in shown
    # What stands around the secret in base64 stays, a character in part.
    assert len(shown.replace("***", "")) - 6 <= max(8, len(written) // 4)


@pytest.mark.parametrize("form", WRITTEN)
@pytest.mark.parametrize("kept", [1.0, 0.7])
def test_a_secret_that_is_cut_is_found(form, kept):
    secret = "SG.9fk3/Xw+2Lp=0aQz81Rb&77vTn"
    written = WRITTEN[form](secret)
    written = written[: int(len(written) * kept)]
    for text in (f"key {written}", f"key {written}… is wrong", f"{written}..."):
        shown = Secrets([secret]).hide(text)
        assert "***" in shown
        assert written[:20] not in shown and written[-20:] not in shown
    assert Secrets([secret]).hide("the key is not known") == "the key is not known"


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        pytest.param("Bearer 9fk3Xw2L", "9fk3Xw2L", id="J01-bearer"),
        pytest.param("Bearer X7kq", "X7kq", id="J01-short-bearer"),
        pytest.param("Basic YW5uOnM3Y3IzdA==", "s7cr3t", id="password-of-basic"),
        pytest.param("ann:s7cr3t", "s7cr3t", id="password-of-a-pair"),
        pytest.param("Token token=9fk3Xw2L", "9fk3Xw2L", id="assigned"),
        pytest.param("https://u:s7cr3t@x.test/", "s7cr3t", id="userinfo"),
        pytest.param("https://x.test/a?k=9fk3Xw2L", "9fk3Xw2L", id="query"),
        pytest.param("https://x.test/T0/B0/9fk3Xw2L", "9fk3Xw2L", id="path"),
        pytest.param(KEY, KEY.splitlines()[1], id="line-of-a-key"),
        pytest.param(KEY, KEY.splitlines()[2][20:45], id="part-of-a-line"),
        pytest.param(KEY.replace("\n", "\\n"), KEY[60:90], id="key-in-one-line"),
        pytest.param('{"private_key": "9fk3Xw2L"}', "9fk3Xw2L", id="json"),
    ],
)
def test_a_part_of_a_secret_is_secret(secret, told):
    shown = excerpt(f"we got {told}, sorry", [secret])
    assert shown == "we got ***, sorry"


@pytest.mark.parametrize(
    "text",
    [
        "Bearer token is missing",
        "no OPENSSH PRIVATE KEY here",
        "https://x.test/ was asked",
        "the type is service_account",
    ],
)
def test_what_frames_a_secret_is_none(text):
    framed = ["Bearer 9fk3Xw2L", KEY, "https://u:s7cr3t@x.test/a"]
    assert excerpt(text, [*framed, '{"type": "service_account"}']) == text


def test_an_address_that_is_no_secret_has_secret_parts():
    parts = list(secret_parts_of_address("https://u:s7cr3t@x.test/?k=9fk3Xw2L"))
    assert parts == ["s7cr3t", "9fk3Xw2L"]
    assert not any(secret_parts_of_address("ftp.example.com"))


def test_tokens_of_a_log_in_are_added_and_the_oldest_forgotten():
    secrets = Secrets(["the key of all"])
    secrets.add(chr(0x430 + number) * 6 for number in range(40))
    assert secrets.hide("\u0432" * 6 + " " + "\u0450" * 6) == "\u0432" * 6 + " ***"
    assert secrets.hide("the key of all") == "***"
    assert "key" not in repr(secrets)


def test_a_secret_is_not_put_together_by_what_is_taken_out():
    wrapped = "9fk3\x1b[31mXw2L\u200b0aQ\r\n  z81Rb"
    assert excerpt(f"<{wrapped}>", ["9fk3Xw2L0aQz81Rb"]) == "<***>"
    assert not ESCAPES.search(excerpt(wrapped))


# --- values of rows


@pytest.mark.parametrize(
    ("value", "said", "shown"),
    [
        ("Jürgen Müller", "JÜRGEN is no name", "*** is no name"),
        ("Jürgen", '{"name":"J\\u00fcrgen"}', '{"name":"***"}'),
        ("Jürgen", "name=J%C3%BCrgen&x=1", "name=***&x=1"),
        ("O'Neil", "O&#39;Neil is wrong", "*** is wrong"),
        ("Ann", "cannot take Ann", "cannot take ***"),
        ("Li", "Li is in the list", "*** is in the list"),
        ("田中", "田中は無効", "***は無効"),
        ("Maximiliane", "no name: Maximil…", "no name: ***…"),
        ("12 rue de la Paix", "at 12 rue de la Paix", "at ***"),
        (date(1980, 2, 29), "02/29/1980 is no day", "*** is no day"),
        ({"city": ["Oslo"]}, "Oslo is unknown", "*** is unknown"),
        ("ann.lee@example.com", "lee at api.example.com", "*** at api.example.com"),
        ("She wrote that she will move soon", "they will move soon", "they ***"),
        ("She wrote that she will move soon", "she is wrong", "she is wrong"),
        (400, "400 Bad Request", "400 Bad Request"),
        (73154, "id 73154", "id ***"),
        (None, "none is wrong", "none is wrong"),
        (True, "true is wrong", "true is wrong"),
    ],
)
def test_values_of_rows_are_masked_and_the_rest_stays(value, said, shown):
    assert RowValues([value]).hide(said) == shown
