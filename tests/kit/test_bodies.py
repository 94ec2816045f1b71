"""A row as JSON by its declaration: alone and together, with nulls and look-ups."""

from __future__ import annotations

import re
from datetime import date, datetime, timezone
from decimal import Decimal

import orjson
import pytest

from outhaul.errors import RowRefused
from outhaul.kit.bodies import Body, Field
from outhaul.kit.formats import (
    Boolean,
    Day,
    Email,
    Fixed,
    Json,
    Moment,
    Number,
    RecentMoment,
    Text,
    Texts,
)
from outhaul.kit.rows import Rows
from outhaul.kit.service import OneByOne
from outhaul.model import Change, Row

KEY = Field("email", "id", Email())
FIELDS = [
    Field("spent", "c1", Number(), "custom"),
    Field("name", "first", Text(5), null=""),
    Field("seen", "c2", Day("%d/%m/%Y"), "custom"),
]
ANN = {"email": "Ann@Example.com", "name": "Ann", "spent": Decimal("1.50")}
BOB = {"email": "bob@example.com", "name": None, "seen": date(26, 1, 2)}


def encoded(body, *given, found=None):
    """Each of these rows, which come out alone as they do together."""
    rows = [Row(n, Change.INSERTED, values) for n, values in enumerate(given)]
    known = found or [None] * len(rows)
    alone = [body.one(row, each) for row, each in zip(rows, known, strict=True)]
    assert body.many(Rows.of(rows), known) == alone
    return [each.decode() for each in alone]


def refusal(body, **values):
    """The code of the refusal of a row, which is not encoded together either."""
    row = Row(1, Change.INSERTED, {**ANN, **values})
    with pytest.raises(OneByOne):
        body.many(Rows.of([row]), [None])
    with pytest.raises(RowRefused) as caught:
        body.one(row)
    return caught.value.code


def test_the_key_comes_first_and_objects_within_come_last():
    assert encoded(Body(KEY, FIELDS), ANN, BOB) == [
        '{"id":"ann@example.com","first":"Ann","custom":{"c1":1.5}}',
        '{"id":"bob@example.com","first":"","custom":{"c2":"02/01/0026"}}',
    ]


def test_an_object_of_which_nothing_is_left_is_left_out():
    given = {"email": "ann@example.com", "name": "Ann"}
    assert encoded(Body(KEY, FIELDS), given) == [
        '{"id":"ann@example.com","first":"Ann"}'
    ]


def test_nulls_are_left_out_written_or_refused():
    omitted = encoded(Body(KEY, FIELDS, "omit"), BOB)
    assert omitted == ['{"id":"bob@example.com","custom":{"c2":"02/01/0026"}}']
    written = encoded(Body(KEY, FIELDS[:2], writes_nulls=True), {**BOB, "spent": None})
    assert written == ['{"id":"bob@example.com","first":"","custom":{"c1":null}}']
    assert refusal(Body(KEY, FIELDS, "error"), name=None) == "null"


def test_a_key_is_never_null():
    assert refusal(Body(KEY, FIELDS), email=None) == "no_email"


def test_what_a_look_up_found_says_whom_we_mean():
    body = Body(KEY, FIELDS[1:2], whom=lambda key, found: {"uid": found, "was": key})
    assert encoded(body, ANN, BOB, found=["u1", None]) == [
        '{"uid":"u1","was":"ann@example.com","first":"Ann"}',
        '{"id":"bob@example.com","first":""}',
    ]


def test_a_shape_is_put_around_and_a_group_can_be_a_list():
    body = Body(KEY, FIELDS, shape=lambda key, row: [key, row], listed="custom")
    assert encoded(body, ANN) == ['["ann@example.com",{"first":"Ann","custom":[1.5]}]']
    bare = Body(KEY, shape=lambda key, row: {"to": key, **row})
    assert encoded(bare, ANN) == ['{"to":"ann@example.com"}']


def test_a_record_needs_no_key():
    assert encoded(Body(fields=FIELDS[1:2]), ANN) == ['{"first":"Ann"}']


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [
        (Text(3, is_cut=True), "abcd", "abc"),
        (Text(clears=True), "", None),
        (Boolean(), True, True),
        (Moment(" ", "Z"), datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05Z"),
        (Day(), date(2026, 1, 2), "2026-01-02"),
        (Texts(2, 3), ["a", "b"], ["a", "b"]),
        (Texts(2, 3), "[]", None),
        (Json(), {"a": 1}, {"a": 1}),
        (Email(in_lower_case=False), " Ann@Example.com ", "Ann@Example.com"),
    ],
)
def test_a_format_writes_a_value_as_it_writes_a_column(written, value, shown):
    body = Body(fields=[Field("v", "v", written)], writes_nulls=True)
    assert list(map(orjson.loads, encoded(body, {"v": value}))) == [{"v": shown}]


@pytest.mark.parametrize(
    ("written", "value", "code"),
    [
        (Text(3), "abcd", "too_long"),
        (Text(pattern=re.compile("[a-z]+"), code="word"), "", "word"),
        (Number(), "1", "number"),
        (Boolean(), 1, "boolean"),
        (Email(as_given=True), "Ann@example.com", "not_normal"),
        (Texts(1, 3), ["a", "b"], "too_long"),
        (RecentMoment(hours=1, clock=lambda: 9_000.0), "1970-01-01", "date"),
    ],
)
def test_a_format_refuses_what_does_not_fit(written, value, code):
    assert refusal(Body(fields=[Field("v", "v", written)]), v=value) == code


@pytest.mark.parametrize(
    ("seconds", "code"), [(9_001, "in_future"), (5_399, "too_old"), (9_000, None)]
)
def test_a_moment_must_be_recent(seconds, code):
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    written = RecentMoment(hours=1, clock=lambda: 9_000.0)
    body = Body(fields=[Field("v", "v", written, sees_nulls=True)])
    if code:
        assert refusal(body, v=moment) == code
    else:
        assert encoded(body, {"v": moment}) == ['{"v":"1970-01-01T02:30:00"}']


def test_what_every_row_says_alike_needs_no_column():
    said = Field("", "op", Fixed("add"), sees_nulls=True)
    assert encoded(Body(None, [said, *FIELDS[1:2]]), ANN, BOB) == [
        '{"op":"add","first":"Ann"}',
        '{"op":"add","first":""}',
    ]
