"""Emarsys `list` and `table`: members, a list that is new or gone, rows as a whole."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal

import pytest

from outhaul.errors import ConfigurationError, OutcomeUnknown, StopSync, Throttled
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from outhaul.model import Change, Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.driver import deliver
from tests.destinations.emarsys_rows import (
    EMAIL,
    account,
    column,
    members,
    row,
    service,
    statuses,
)

COLUMNS = [EMAIL]


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    with Sandbox(observer=lambda request, reply: seen.append(request)) as running:
        for number in range(1, 5):
            running.emarsys.add_contact(email=f"person{number}@example.com")
        yield running


@pytest.fixture
def emarsys(sandbox):
    return account(sandbox.url("emarsys"))


@pytest.fixture
def vip(emarsys):
    return service(emarsys, "list")


def writes(seen):
    """The last word of the address and the number of ids of each write."""
    return [
        (each.path.rpartition("/")[2], len(json.loads(each.body)["external_ids"]))
        for each in seen
        if each.method == "POST" and "contactlist" in each.path
    ]


def joiners(*numbers):
    return [row(number) for number in numbers]


def leavers(*numbers):
    return [row(number, Change.REMOVED) for number in numbers]


# --- members


def test_a_list_is_created_with_its_first_members(vip, sandbox, seen):
    assert vip.check(COLUMNS) == ["list 'vip' will be created"]
    assert statuses(deliver(vip, COLUMNS, joiners(1, 2, 99))) == {
        1: "accepted",
        2: "accepted",
        99: "missing",
    }
    assert members(sandbox, "vip") == {"person1", "person2"}
    deliver(vip, COLUMNS, joiners(3))
    assert writes(seen) == [("contactlist", 3), ("add", 1)]
    assert vip.check(COLUMNS) == []


def test_3005_a_list_that_somebody_else_creates_meanwhile_is_used(vip, sandbox, seen):
    vip.prepare(COLUMNS)
    sandbox.emarsys.add_list("vip")
    items = Items.of(Encoded(each, vip.encode(each)) for each in joiners(1))
    assert vip.send(items)[0].status is Status.ACCEPTED
    assert writes(seen) == [("contactlist", 1), ("add", 1)]
    assert sandbox.state()["emarsys"]["lists"] == ["vip"]


def test_who_leaves_is_taken_off_and_who_is_no_contact_has_left(vip, sandbox):
    deliver(vip, COLUMNS, joiners(1, 2, 3))
    outcomes = deliver(vip, COLUMNS, leavers(1, 99))
    assert set(statuses(outcomes).values()) == {"accepted"}
    assert members(sandbox, "vip") == {"person2", "person3"}
    assert len(sandbox.state()["emarsys"]["contacts"]) == 4


def test_a_list_whose_name_differs_in_case_is_another_list(emarsys, vip, sandbox):
    deliver(service(emarsys, "list", list_name="VIP"), COLUMNS, joiners(1))
    assert vip.check(COLUMNS) == ["list 'vip' will be created"]
    assert not vip.locate()
    deliver(vip, COLUMNS, joiners(2))
    assert vip.locate()
    assert members(sandbox, "VIP") == {"person1"}
    assert members(sandbox, "vip") == {"person2"}


def test_nobody_leaves_a_list_that_does_not_exist(vip, sandbox, seen):
    outcomes = deliver(vip, COLUMNS, leavers(1))
    assert statuses(outcomes) == {1: "accepted"}
    assert writes(seen) == []


def test_joining_and_leaving_can_be_repeated(vip, sandbox):
    for _ in range(2):
        deliver(vip, COLUMNS, joiners(1, 2))
    assert members(sandbox, "vip") == {"person1", "person2"}
    for _ in range(2):
        deliver(vip, COLUMNS, leavers(1))
    assert members(sandbox, "vip") == {"person2"}


def test_more_rows_than_a_request_takes_are_split(vip, seen):
    deliver(vip, COLUMNS, [row(number) for number in range(1_001)])
    deliver(vip, COLUMNS, [row(n, Change.REMOVED) for n in range(1_001)])
    assert writes(seen) == [("contactlist", 1_000), ("add", 1)] + [
        ("delete", 1_000),
        ("delete", 1),
    ]


def test_3004_a_list_that_was_deleted_by_hand_stops_the_sync_and_comes_back(
    vip, sandbox
):
    deliver(vip, COLUMNS, joiners(1))
    vip.prepare(COLUMNS)
    sandbox.emarsys.delete_list("vip")
    items = Items.of(Encoded(each, vip.encode(each)) for each in joiners(2))
    with pytest.raises(StopSync, match="does not know the contact list"):
        vip.send(items)
    deliver(vip, COLUMNS, joiners(2))
    assert members(sandbox, "vip") == {"person2"}


def test_rows_that_emarsys_blames_are_rejected(vip, sandbox):
    deliver(vip, COLUMNS, joiners(1))
    body = {
        "replyCode": 0,
        "replyText": "OK",
        "data": {"errors": {"person2@example.com": {"2010": "several"}}},
    }
    sandbox.add_faults(Fault("status", "POST", "*/add", status=200, body=body))
    outcomes = deliver(vip, COLUMNS, joiners(2, 3))
    assert statuses(outcomes) == {2: "rejected", 3: "accepted"}
    assert outcomes[2].message == "Emarsys has several contacts of this key"


def test_columns_beside_the_address_are_told_and_one_without_it_refused(vip):
    notes = vip.check([EMAIL, column("city")])
    assert notes[-1] == "column 'city' is not sent: a list holds addresses"
    with pytest.raises(ConfigurationError, match="no column 'email'"):
        vip.check([column("city")])


def test_two_activations_cannot_share_a_list(emarsys):
    assert service(emarsys, "list").owns() == "list 'vip'"
    assert service(emarsys, "list", list_name="VIP!").owns() == "list 'VIP!'"


def test_a_new_list_without_an_id_in_the_answer_is_unknown(vip, sandbox):
    vip.prepare(COLUMNS)
    body = {"replyCode": 0, "replyText": "OK", "data": {"errors": []}}
    sandbox.add_faults(Fault("status", "POST", "*/contactlist", status=200, body=body))
    items = Items.of(Encoded(each, vip.encode(each)) for each in joiners(1))
    with pytest.raises(OutcomeUnknown):
        vip.send(items)


# --- tables

ORDER = [
    column("order_id", Kind.INTEGER),
    column("total", Kind.NUMBER),
    column("placed_at", Kind.TIMESTAMP),
    column("day", Kind.DATE),
    column("is_gift", Kind.BOOLEAN),
    column("note"),
]


@pytest.fixture
def table(emarsys):
    return service(emarsys, "table", connection="shop 1", table="orders")


def order(seq, change=Change.INSERTED, **values):
    values = {
        "order_id": seq,
        "total": Decimal("12.50"),
        "placed_at": datetime(2026, 1, 31, 10, 0, 0, 999),
        "day": date(2026, 1, 31),
        "is_gift": True,
        "note": None,
        **values,
    }
    return row(seq, change, **values)


def records(sandbox):
    return sandbox.state()["emarsys"]["tables"].get("shop 1.orders", [])


def test_every_row_is_sent_with_all_columns(table, sandbox):
    deliver(table, ORDER, [order(1, Change.UPDATED)._replace(changed=("total",))])
    assert records(sandbox) == [
        {
            "order_id": 1,
            "total": 12.5,
            "placed_at": "2026-01-31 10:00:00",
            "day": "2026-01-31",
            "is_gift": True,
            "note": None,
        }
    ]


def test_rows_of_one_key_are_updated_and_none_is_removed(table, sandbox):
    deliver(table, ORDER, [order(1), order(2)])
    deliver(table, ORDER, [order(1, total=Decimal(7)), order(2, Change.REMOVED)])
    assert {each["order_id"]: each["total"] for each in records(sandbox)} == {
        1: 7,
        2: 12.5,
    }


def test_a_table_needs_no_administrative_permission(table, sandbox):
    assert table.check(ORDER) == []
    sandbox.add_faults(Fault("status", "GET", "*/settings", status=403, times=None))
    (told,) = table.check(ORDER)
    assert "may not read the account's settings" in told
    deliver(table, ORDER, [order(1)])
    assert len(records(sandbox)) == 1


@pytest.mark.parametrize("name", ["connection", "table"])
def test_a_name_that_would_lead_elsewhere_is_refused(emarsys, name):
    names = {"connection": "shop 1", "table": "orders", name: ".."}
    with pytest.raises(ConfigurationError, match=f"meta.outhaul.{name}: .* dots"):
        service(emarsys, "table", **names)


def test_the_whole_table_is_never_replaced(table, sandbox, seen):
    deliver(table, ORDER, [order(n) for n in range(1_001)])
    written = [each for each in seen if "/records" in each.path]
    assert [(each.method, each.path) for each in written] == [
        ("POST", "/api/rds/v1/connections/shop%201/tables/orders/records/upsert")
    ] * 2


def test_all_rows_of_a_request_have_the_same_fields(table, seen):
    deliver(table, ORDER, [order(1, note=None), order(2, note="x", total=None)])
    first, second = json.loads(seen[-1].body)
    assert list(first) == list(second) == [each.field for each in ORDER]


def test_a_refused_request_is_halved_until_the_bad_row_is_alone(table, sandbox):
    sandbox.add_faults(Fault("refuse", emails=["poison"], times=None))
    rows = [order(n, note="poison" if n == 5 else None) for n in range(8)]
    outcomes = deliver(table, ORDER, rows)
    assert [n for n, each in outcomes.items() if each.status is Status.REJECTED] == [5]
    assert len(records(sandbox)) == 7


@pytest.mark.parametrize(
    ("status", "code", "error", "match"),
    [
        (404, 15004, StopSync, "check 'table'"),
        (404, 15010, StopSync, "check 'connection'"),
        (400, 15009, StopSync, "is a view"),
        (429, 15011, Throttled, "429"),
        (500, 15006, OutcomeUnknown, "500"),
    ],
)
def test_codes_of_tables_mean_what_they_mean(
    table, sandbox, status, code, error, match
):
    table.prepare(ORDER)
    items = Items.of([Encoded(order(1), table.encode(order(1)))])
    body = {"replyCode": code, "replyText": "told"}
    sandbox.add_faults(Fault("status", path="*/upsert", status=status, body=body))
    with pytest.raises(error, match=match):
        table.send(items)
    assert table.send(items)[0].status is Status.ACCEPTED


def test_connection_and_table_must_be_named(emarsys):
    with pytest.raises(TypeError):
        service(emarsys, "table", connection="shop")
    assert service(emarsys, "table", connection="a", table="b").owns() == ""
