"""Identifiers are hashed as the networks' documents say; what cannot is refused."""

from __future__ import annotations

import hashlib

import pytest

from outhaul.errors import RowRefused
from outhaul.kit.identifiers.formats import Identifier, e164
from outhaul.kit.identifiers.networks import KINDS, NETWORKS
from outhaul.kit.identifiers.steps import LOWER, MARKS, STEPS, UPPER
from outhaul.kit.service import OneByOne
from tests.macro_values import call


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


PUBLISHED = [
    # developers.snap.com/api/marketing-api/Conversions-API/Parameters
    (
        "snapchat",
        "email",
        "Person@Example.com",
        "542d240129883c019e106e3b1b2d3f3cb3537c43c425364de8e951d5a3083345",
    ),
    (
        "snapchat",
        "phone",
        "+44 844 412 4653",
        "dc008fda46e2e64002cf2f82a4906236282d431c4f75e5b60bfe79fc48546383",
    ),
    # ads.tiktok.com: list of supported IDs and formats for a customer file
    (
        "tiktok",
        "email",
        " JaneDoe@gmail.com ",
        "d6117306485ed0e50afab3ac871e98f81699151f30281527d63ff5f233656c69",
    ),
    (
        "tiktok",
        "mobile_ad_id",
        "5F3A2B18-9C4D-4E7F-B8E2-17D3A1E69B25",
        "83dc3f5f32b9472613b0f038d36f22585a609d018af6f6067f50da318bf354bd",
    ),
    # developers.facebook.com: customer information parameters
    (
        "meta",
        "email",
        "John_Smith@gmail.com",
        "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f",
    ),
    (
        "meta",
        "first_name",
        "Mary",
        "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec",
    ),
    (
        "meta",
        "last_name",
        "정",
        "8fa8cd9c440be61d0151429310034083132b35975c4bea67fdd74158eb51db14",
    ),
    # developers.google.com/data-manager/api/devguides/concepts/formatting
    (
        "google",
        "email",
        "cloudy.sanfrancisco+shopping@gmail.com",
        sha256("cloudysanfrancisco@gmail.com"),
    ),
    (
        "google",
        "email",
        "user.name+NYC@Example.com",
        sha256("user.name+nyc@example.com"),
    ),
    ("google", "phone", "+1 (800)555-0100", sha256("+18005550100")),
]


@pytest.mark.parametrize(("network", "kind", "value", "expected"), PUBLISHED)
def test_a_published_example_gives_its_published_hash(network, kind, value, expected):
    wanted = Identifier(network, kind)
    assert wanted.one(kind, value) == expected
    assert wanted.many([value, None]) == [expected, None]
    assert wanted.one(kind, expected.upper()) == expected


@pytest.mark.parametrize(
    ("network", "kind", "value", "text"),
    [
        ("reddit", "email", "Ann.E.Lee+news@Example.com", "annelee@example.com"),
        ("meta", "last_name", " O'Brien-Ünal ", "obrienünal"),
        ("pinterest", "last_name", "O'Brien", "o'brien"),
        ("meta", "city", "São Paulo", "sopaulo"),
        ("pinterest", "city", "São Paulo", "sãopaulo"),
        ("meta", "postal_code", "94035-1234", "94035"),
        ("meta", "postal_code", "M1 1AE", "m11ae"),
        ("meta", "postal_code", "00-950", "00950"),
        ("pinterest", "postal_code", "94035-1234", "940351234"),
        ("meta", "country", "GB", "gb"),
        ("meta", "gender", "Female", "f"),
    ],
)
def test_spellings_become_one_before_they_are_hashed(network, kind, value, text):
    assert Identifier(network, kind).one(kind, value) == sha256(text)


def test_what_a_network_wants_in_clear_is_not_hashed():
    assert Identifier("google", "postal_code").one("postal_code", "M1 1AE") == "M1 1AE"
    assert Identifier("meta", "mobile_ad_id").one("id", "AB-C") == "ab-c"


@pytest.mark.parametrize(
    ("written", "country", "expected"),
    [
        ("030 / 123 45-67", "DE", "+49301234567"),
        ("+49 (0)30 1234567", "", "+49301234567"),
        # a 0 that does not belong there, which the macro leaves
        ("+49 030 1234567", "", "+49301234567"),
        ("(800)555-0100", "US", "+18005550100"),
        ("06 69812345", "IT", "+390669812345"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
    ],
)
def test_phone_numbers_become_international(written, country, expected):
    assert e164("phone", written, country) == expected


REFUSED = [
    ("email", "nobody", {}, "invalid_email"),
    ("email", "d41d8cd98f00b204e9800998ecf8427e", {}, "other_hash"),
    ("phone", "da39a3ee5e6b4b0d3255bfef95601890afd80709", {}, "other_hash"),
    ("phone", "030 1234567", {}, "no_country"),
    ("phone", "+1 555 0100", {}, "invalid_phone"),
    ("phone", "not a number", {"country": "DE"}, "invalid_phone"),
    ("phone", 49301234567, {"hashed_only": True}, "not_hashed"),
    ("email", "ann@example.com", {"hashed_only": True}, "not_hashed"),
    ("birth_date", "yesterday", {}, "date"),
]


@pytest.mark.parametrize(("kind", "value", "options", "code"), REFUSED)
def test_what_cannot_be_hashed_is_refused_without_its_value(kind, value, options, code):
    wanted = Identifier("meta", kind, **options)
    with pytest.raises(RowRefused) as caught:
        wanted.one("of_ann", value)
    assert caught.value.code == code
    error = caught.value
    assert str(value) not in f"{error!r}{error.__context__!r}{error.__cause__!r}"
    with pytest.raises(OneByOne):
        wanted.many([value])


@pytest.mark.parametrize("value", ["", "  "])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_of_a_blank_value(kind, value):
    assert Identifier("meta", kind).one(kind, value) is None


def test_nothing_is_left_of_a_name_without_letters():
    assert Identifier("meta", "first_name").one("first_name", "--") is None


def test_networks_letters_and_marks_are_those_of_the_macros():
    steps = call("advertising/_networks.sql", "_network_steps")
    assert steps == {
        network: {kind: list(names) for kind, names in kinds.items()}
        for network, kinds in NETWORKS.items()
    }
    assert call("advertising/_steps.sql", "_upper_letters") == UPPER
    assert call("advertising/_steps.sql", "_marks") == MARKS


def test_every_step_is_known_and_no_letter_stands_twice():
    for kinds in NETWORKS.values():
        assert set(kinds) <= set(KINDS)
        assert all(set(names) <= set(STEPS) for names in kinds.values())
        assert all("sha256" not in names[:-1] for names in kinds.values())
    assert len(set(UPPER)) == len(set(LOWER)) == len(UPPER) == len(LOWER)
    assert len(set(MARKS)) == len(MARKS)
