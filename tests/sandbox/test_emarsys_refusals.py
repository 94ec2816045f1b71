"""What Emarsys refuses, its stand-in refuses too; beside each what is accepted."""

from __future__ import annotations

import orjson
import pytest

from outhaul.destinations.emarsys.api import string_id_of
from outhaul.errors import ConfigurationError, RequestRefused, StopSync, Throttled
from outhaul.model import Kind
from outhaul.sandbox import Sandbox
from outhaul.sandbox.limits import Quota
from tests.destinations.driver import deliver
from tests.destinations.emarsys_rows import EMAIL, account, column, row, service

PEOPLE = {"insert": True, "contact_list": "welcome"}


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    with Sandbox(observer=lambda *pair: seen.append(pair)) as running:
        running.emarsys.add_list("welcome")
        yield running


@pytest.fixture
def emarsys(sandbox):
    return account(sandbox.url("emarsys"))


def own_fields(sandbox):
    fields = sandbox.state()["emarsys"]["fields"]
    return {each["name"]: each["string_id"] for each in fields}


@pytest.mark.parametrize("key", ["person1", "a b@example.com", "ann@example"])
def test_a_key_that_is_no_address_is_refused(emarsys, key):
    contacts = [orjson.dumps({"3": key}), b'{"3":"ann@example.com"}']
    errors = emarsys.api.put_contacts(contacts, create=True)
    assert {at: list(told) for at, told in errors.items()} == {key: ["2005"]}
    members = [orjson.dumps(key), b'"ann@example.com"']
    errors = emarsys.api.change_list(
        emarsys.api.find_list("welcome"), members, remove=False
    )
    assert {at: list(told) for at, told in errors.items()} == {key: ["2005"]}


def test_a_new_field_is_answered_by_a_number(emarsys, seen):
    emarsys.api.create_field("points", "numeric")
    answer = orjson.loads(seen[-1][1].content())
    assert type(answer["data"]["id"]) is int


@pytest.mark.parametrize(
    ("name", "string_id"),
    [
        ("points", "points"),
        ("Loyalty Points", "loyalty_points"),
        ("Größe (cm)", "grosse_cm"),
        ("2nd-order", "2nd_order"),
        ("点数", ""),
    ],
)
def test_a_field_of_any_name_gets_a_string_id_that_emarsys_takes(
    emarsys, sandbox, name, string_id
):
    assert string_id_of(name) == string_id
    emarsys.api.create_field(name, "shorttext")
    assert own_fields(sandbox)[name] == (string_id or "_")


@pytest.mark.parametrize("string_id", ["Loyalty Points", "größe", "a-b", "points"])
def test_a_string_id_that_is_none_or_taken_is_refused(emarsys, sandbox, string_id):
    emarsys.api.create_field("points", "numeric")
    body = {"name": "other", "application_type": "numeric", "string_id": string_id}
    with pytest.raises(RequestRefused) as caught:
        emarsys.api.data("POST", "/api/v3/field", body)
    assert caught.value.code == "emarsys_9005"
    assert list(own_fields(sandbox)) == ["points"]


def test_fields_of_a_type_end_before_those_of_another(emarsys, sandbox):
    for number in range(20):
        sandbox.emarsys.add_field(f"text {number}", "longtext")
    contacts = service(emarsys, "contacts", new_text_type="longtext")
    deliver(contacts, [EMAIL, column("last_one")], [])
    with pytest.raises(ConfigurationError, match="'one_more' .* cannot be created"):
        deliver(contacts, [EMAIL, column("one_more")], [])
    deliver(service(emarsys, "contacts"), [EMAIL, column("one_more")], [])
    assert {"last_one", "one_more"} <= set(own_fields(sandbox))


ORDER = [column("order_id", Kind.INTEGER), column("total", Kind.NUMBER)]


def orders(emarsys, columns=ORDER, connection="shop", table="orders", **values):
    values = {each.field: 1 for each in columns} | values
    made = service(emarsys, "table", connection=connection, table=table)
    return deliver(made, columns, [row(1, **values)])[1]


def test_a_table_that_nobody_made_is_refused(emarsys, sandbox):
    sandbox.emarsys.add_table("shop", "orders", ["order_id", "total", "note"])
    for at, named in ({"connection": "attic"}, "connection"), ({"table": "x"}, "table"):
        with pytest.raises(StopSync, match=f"check '{named}'"):
            orders(emarsys, **at)
    assert orders(emarsys).status.value == "accepted"


@pytest.mark.parametrize(
    ("columns", "values", "code"),
    [
        ([*ORDER, column("colour")], {"colour": "red"}, "emarsys_15013"),
        (ORDER[1:], {}, "emarsys_15003"),
        (ORDER, {"order_id": None}, "emarsys_15013"),
    ],
    ids=["unknown column", "no key", "null key"],
)
def test_a_record_that_its_table_does_not_take_is_refused(
    emarsys, sandbox, columns, values, code
):
    sandbox.emarsys.add_table("shop", "orders", ["order_id", "total", "note"])
    refused = orders(emarsys, columns, **values)
    assert (refused.status.value, refused.code) == ("rejected", code)
    assert orders(emarsys, ORDER, total=None).status.value == "accepted"


def test_keys_of_several_columns_tell_records_apart(emarsys, sandbox):
    sandbox.emarsys.add_table(
        "shop", "orders", ["order_id", "total"], "order_id", "total"
    )
    for total in (1, 2, 2):
        orders(emarsys, total=total)
    assert len(sandbox.state()["emarsys"]["tables"]["shop.orders"]) == 2


PERMISSIONS = {
    "contacts": ["contact.update", "contact.create", "field.get", "field.create"],
    "list": ["contactlist.get", "contactlist.create", "contactlist.add"],
    "table": ["records.upsert"],
}


@pytest.mark.parametrize(
    ("name", "permission"),
    [(name, each) for name, needed in PERMISSIONS.items() for each in needed],
)
def test_a_permission_that_is_missing_stops_and_is_named(
    emarsys, sandbox, name, permission
):
    options = {
        "contacts": PEOPLE,
        "list": {},
        "table": {"connection": "shop", "table": "people"},
    }
    columns = [EMAIL, column("nickname")] if name == "contacts" else [EMAIL]
    if permission == "contactlist.add":
        sandbox.emarsys.add_list("vip")
    made = service(emarsys, name, **options[name])
    sandbox.emarsys.forbidden = {permission}
    with pytest.raises(StopSync, match=f"lacks {permission}.*lacks the permission"):
        deliver(made, columns, [row(1, nickname="Ann")])
    needed = {each for every in PERMISSIONS.values() for each in every}
    others = {each for each in needed if each not in PERMISSIONS[name]}
    if name == "contacts":
        others.discard("contactlist.get")  # to find the list of new contacts
    sandbox.emarsys.forbidden = {"settings.get", "contactlist.delete", *others}
    deliver(made, columns, [row(1, nickname="Ann")])


def test_a_burst_is_refused_and_told_when_to_come_back(emarsys, sandbox):
    now = [1_000.0]
    sandbox.emarsys.quota = Quota(2, 60.0, lambda: now[0])
    for _ in range(2):
        emarsys.api.fields()
    with pytest.raises(Throttled) as caught:
        emarsys.api.fields()
    assert caught.value.after is not None
    now[0] += 60
    emarsys.api.fields()
