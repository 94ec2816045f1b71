"""What Splio refuses, its stand-in refuses too; beside each what is accepted."""

from __future__ import annotations

from datetime import datetime

import orjson
import pytest

from outhaul.destinations.splio import Splio
from outhaul.destinations.splio.api import NOT_THERE, TO_UPDATE
from outhaul.destinations.splio.contacts import ContactsOptions
from outhaul.errors import RequestRefused, Throttled
from outhaul.kit.service import Activation
from outhaul.model import ACCEPTED, Kind
from outhaul.sandbox import Sandbox
from outhaul.sandbox.limits import Quota
from tests.destinations.batch_rows import column
from tests.destinations.binding import bound
from tests.destinations.driver import deliver
from tests.destinations.emarsys_rows import row
from tests.destinations.sftp_accounts import sftp_settings

ACTIVATION = Activation("vip__splio", "vip", "splio", 7, datetime(2026, 1, 31))
ANN = {"email": "ann@example.com"}
FIELDS = {"points": "int", "spent": "double", "seen": "date", "motto": "text"}


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        for name, kind in FIELDS.items():
            running.splio.add_field(name, kind)
        yield running


@pytest.fixture
def rest(sandbox):
    return Splio(transport="rest", api_key="x", base_url=sandbox.url("splio"))


def custom(name, value):
    return {"custom_fields": [{"name": name, "value": value}]}


VALUES = [
    ({"firstname": "x" * 256}, {"firstname": "x" * 255}),
    ({"lastname": 7}, {"lastname": "7"}),
    ({"language": "FR"}, {"language": "fr"}),
    ({"language": "sv"}, {"language": ""}),
    ({"cellphone": "06 12"}, {"cellphone": "0033612345678"}),
    ({"cellphone": "1" * 31}, {"cellphone": "+33612345678"}),
    ({"creation_date": "2026-01-31"}, {"creation_date": "2026-01-31 06:15:00"}),
    ({"shoe_size": "44"}, {"firstname": "Ann"}),
    (custom("shoe_size", "44"), custom("motto", "44")),
    (custom("points", "4.5"), custom("points", "-4")),
    (custom("spent", "4,5"), custom("spent", "4.5")),
    (custom("seen", "2026-01-31"), custom("seen", "2026-01-31 06:15:00")),
]


@pytest.mark.parametrize(("refused", "accepted"), VALUES)
def test_a_value_that_a_field_does_not_take_refuses_the_request(
    rest, refused, accepted
):
    bodies = [orjson.dumps({"email": "bob@example.com"}), orjson.dumps(ANN | refused)]
    with pytest.raises(RequestRefused) as caught:
        rest.api.create(bodies)
    assert list(caught.value.rows) == [1]
    bodies[1] = orjson.dumps(ANN | accepted)
    assert rest.api.create(bodies) == [ACCEPTED, ACCEPTED]


def test_an_address_has_at_most_100_characters(rest):
    longest = "a" * 88 + "@example.com"
    assert len(longest) == 100
    with pytest.raises(RequestRefused):
        rest.api.create([orjson.dumps({"email": f"a{longest}"})])
    assert rest.api.create([orjson.dumps({"email": longest})]) == [ACCEPTED]
    assert rest.api.create([orjson.dumps({"email": longest})]) == [TO_UPDATE]


def test_a_field_is_of_a_type_that_splio_knows(rest):
    with pytest.raises(RequestRefused):
        rest.api.create_field("weight", "float")
    rest.api.create_field("weight", "double")


def test_rows_of_a_file_with_such_values_are_left_out(sandbox):
    """Ours are checked before, so the file is put there by hand."""
    head = "email;language;cellphone;points;seen"
    lines = {
        "a@example.com": "fr;0033612345678;4;2026-01-31",
        "b@example.com": "xx;;;",
        "c@example.com": ";06 12;;",
        "d@example.com": ";;4.5;",
        "e@example.com": ";;;31/01/2026",
        "f@example.com": ";;;",
    }
    rows = [f"{email};{values}" for email, values in lines.items()]
    content = "\n".join([head, *rows, ""]).encode()
    sandbox.sftp.files.put("/imports/shop_contacts_dinsert_1.csv", content, 0.0)
    (told,) = sandbox.state()["splio"]["imports"]
    assert (told["created"], told["ignored"], told["problem"]) == (2, 4, "")


@pytest.mark.parametrize("transport", ["rest", "sftp"])
def test_what_our_own_service_writes_is_taken(sandbox, transport):
    account = Splio(
        **sftp_settings(sandbox, folder="/imports"),
        transport=transport,
        universe="shop",
        subsequence_insert="dinsert",
        api_key="x",
        base_url=sandbox.url("splio"),
    )
    kinds = {"points": Kind.INTEGER, "spent": Kind.NUMBER, "seen": Kind.TIMESTAMP}
    names = ["email", "firstname", "language", "cellphone", "dateOfCreation", "motto"]
    columns = [*map(column, names), *(column(*each) for each in kinds.items())]
    columns[4] = column("dateOfCreation", Kind.TIMESTAMP)
    values = {
        "email": "zoe@example.com",
        "firstname": "Zoë",
        "language": "fr",
        "cellphone": "+33612345678",
        "dateOfCreation": datetime(2026, 1, 31, 6, 15),
        "motto": "x",
        "points": 4,
        "spent": 4.5,
        "seen": datetime(2026, 1, 31, 6, 15),
    }
    made = bound(account, "contacts", ContactsOptions(insert=True), ACTIVATION)
    empty = dict.fromkeys(values) | {"email": "ann@example.com"}
    outcomes = deliver(made, columns, [row(1, **values), row(2, **empty)])
    assert list(outcomes.values()) == [ACCEPTED, ACCEPTED]
    assert len(sandbox.state()["splio"]["contacts"]) == 2


def test_contacts_and_other_calls_have_limits_of_their_own(sandbox, rest):
    now = [1_000.0]
    for kind, most in {"contacts": 2, "others": 3}.items():
        sandbox.splio.quotas[kind] = Quota(most, 1.0, lambda: now[0])
    for _ in range(2):
        assert rest.api.update("ann@example.com", b"{}", NOT_THERE) == NOT_THERE
    rest.api.unique_key()
    with pytest.raises(Throttled) as caught:
        rest.api.update("ann@example.com", b"{}", NOT_THERE)
    assert caught.value.after == 1.0
    now[0] += 1
    assert rest.api.update("ann@example.com", b"{}", NOT_THERE) == NOT_THERE
