"""Rows that are encoded together: the same bytes as one by one, or one by one."""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outhaul.errors import RowRefused
from outhaul.kit import columns, values
from outhaul.kit.files.tables import JsonLines, Separated
from outhaul.kit.rows import Items, Rows
from outhaul.kit.service import OneByOne
from outhaul.model import Change, Kind, Outcome, Row
from outhaul.sandbox import Sandbox
from tests.destinations.cases import CASES
from tests.destinations.contract import make_service
from tests.destinations.driver import look_up

TEXTS = st.one_of(
    st.text(alphabet=string.ascii_letters + " ,;\"'=@.\n\r\t\x00é😀\ufeff\ud800-"),
    st.sampled_from(["", " ", "Ann", "=1+1", "ann@example.com", "ANN@Example.com "]),
    st.sampled_from(
        ["\u00dc@example.com", "\u00fc@example.com", "u\u0308@example.com"]
    ),
    st.sampled_from(["ann@example.com\t", "\u200bann@example.com", "\u00a0a@b.cd"]),
)
INTEGERS = st.one_of(
    st.integers(), st.sampled_from([0, -1, 2**53, 2**53 + 1, 2**64, 10**400])
)
DECIMALS = st.one_of(
    st.decimals(),
    st.decimals(-1000, 1000, places=2),
    st.sampled_from([Decimal("-0.00"), Decimal("1E+400"), Decimal("7.50")]),
)
ZONES = st.sampled_from([None, timezone.utc, timezone(timedelta(hours=2))])
TIMES = st.datetimes(timezones=ZONES)
SAME_ZONE = st.datetimes(min_value=datetime(1990, 1, 1))
LISTS = st.lists(st.text(string.ascii_lowercase, max_size=5), max_size=3)
KINDS: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.TEXT: TEXTS,
    Kind.INTEGER: INTEGERS,
    Kind.NUMBER: st.one_of(DECIMALS, st.floats()),
    Kind.BOOLEAN: st.booleans(),
    Kind.DATE: st.dates(),
    Kind.TIMESTAMP: TIMES,
    Kind.JSON: LISTS,
    Kind.OTHER: TEXTS,
}


def column(kind: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Mostly of one type, as a column of a warehouse is; nulls among them."""
    return st.lists(st.one_of(kind, st.none()), min_size=1, max_size=6)


COLUMNS = st.one_of(
    *(column(kind) for kind in KINDS.values()),
    column(SAME_ZONE),
    column(st.decimals(-1000, 1000, places=2)),
    column(st.floats(-1e6, 1e6)),
    column(st.one_of(TEXTS, INTEGERS, TIMES, st.binary(max_size=3))),
)

PAIRS: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (columns.texts, values.text),
    (partial(columns.texts, longest=4), partial(values.text, longest=4)),
    (columns.numbers, values.number),
    (columns.for_json, values.as_json),
    (columns.booleans, values.boolean),
    (columns.seconds, values.seconds),
    (
        partial(columns.seconds, between=" ", end="Z"),
        partial(values.seconds, between=" ", end="Z"),
    ),
    (columns.iso_days, lambda field, value: values.day(field, value).isoformat()),
    (
        lambda found: columns.days(found, date.ctime),
        lambda field, value: values.day(field, value).ctime(),
    ),
]


@pytest.mark.parametrize(("together", "alone"), PAIRS)
def test_a_column_gives_what_its_values_give(together, alone):
    @settings(max_examples=200, deadline=None)
    @given(COLUMNS)
    def check(found: list[Any]) -> None:
        try:
            expected = [None if each is None else alone("", each) for each in found]
        except RowRefused:
            with pytest.raises(OneByOne):
                columns.as_json(together(found))
            return
        try:
            rendered = columns.as_json(together(found))
        except OneByOne:
            return
        assert rendered == list(map(orjson.dumps, expected))

    check()


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_addresses_of_a_column_are_those_of_its_values(found):
    try:
        expected = [values.normal_email(each) for each in found]
    except RowRefused:
        with pytest.raises(OneByOne):
            columns.emails(found)
    else:
        assert columns.emails(found) == expected


USUAL = [
    ["Ann", None, ""],
    [1, -2, None],
    [Decimal("1.50"), Decimal("20"), None],
    [1.5, 2.0, None],
    [True, False, None],
    [date(2026, 1, 31), None],
    [datetime(2026, 1, 31, 6, 15), None],
    [datetime(2026, 1, 31, 6, 15, tzinfo=timezone.utc)],
    [["a"], {"b": Decimal("1.0")}],
    [None, None],
]


@pytest.mark.parametrize("found", USUAL, ids=repr)
def test_usual_values_need_no_look_of_their_own(found):
    rendered = columns.as_json(columns.for_json(found))
    assert rendered == [orjson.dumps(values.as_json("", each)) for each in found]
    assert len(columns.texts(found)) == len(found)
    with pytest.raises(OneByOne):
        columns.for_json([*found, b"bytes"])


LAYOUTS = [
    Separated(),
    Separated(separator="\t", null="-", encoding="iso-8859-1", formulas="reject"),
    Separated(quote_all=True, formulas="spreadsheet", booleans=("0", "1")),
    Separated(separator=";", flatten=True, timestamp_format="%Y-%m-%d %H:%M:%S"),
    Separated(date_format="%d/%m/%y", timestamp_format="%d/%m/%y %H:%M"),
    JsonLines(),
]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_lines_are_the_same_together_and_alone(layout):
    @settings(max_examples=200, deadline=None)
    @given(st.lists(st.tuples(*KINDS.values()), min_size=1, max_size=4))
    def check(rows: list[tuple[Any, ...]]) -> None:
        fields = [kind.value for kind in KINDS]
        cells = [list(zip(fields, row, strict=True)) for row in rows]
        named = list(zip(fields, map(list, zip(*rows, strict=True)), strict=True))
        check_same(
            lambda: layout.lines(named), lambda: [layout.line(each) for each in cells]
        )

    check()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_service_encodes_rows_together_as_it_does_alone(case):
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        service = make_service(case, case.url(sandbox))
        service.prepare(case.columns)
        sample = next(row for row in case.rows if row.change is not Change.REMOVED)
        kinds = {each.field: st.one_of(KINDS[each.kind]) for each in case.columns}

        @settings(max_examples=80, deadline=None)
        @given(st.lists(st.fixed_dictionaries({}, optional=kinds), max_size=3))
        def check(changes: list[dict[str, Any]]) -> None:
            named = [{**sample.values, **each} for each in changes] + [sample.values]
            listed = [
                Row(number, sample.change, each) for number, each in enumerate(named)
            ]
            by_column = {
                field: [each[field] for each in named] for field in sample.values
            }
            positions = list(range(len(listed)))
            rows = Rows(
                positions,
                [sample.change] * len(listed),
                [()] * len(listed),
                by_column,
            )
            assert list(rows) == listed
            nothing = [None] * len(rows)

            def alone() -> list[bytes]:
                return [service.encode(row, None) for row in listed]

            check_same(lambda: service.encode_rows(rows, nothing), alone)
            check_same(lambda: service.encode_rows(Rows.of(listed), nothing), alone)

        check()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_usual_rows_of_a_service_are_encoded_together(case):
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        service = make_service(case, case.url(sandbox))
        service.prepare(case.columns)
        for change in service.consumes:
            rows = [row for row in case.rows if row.change is change]
            found = look_up(service, rows) if service.needs_look_up(change) else {}
            rows = [row for row in rows if not isinstance(found.get(row.seq), Outcome)]
            if not rows:
                continue
            known = [found.get(row.seq) for row in rows]
            together = service.encode_rows(Rows.of(rows), known)
            pairs = zip(rows, known, strict=True)
            assert together == [service.encode(*pair) for pair in pairs]


def check_same(
    together: Callable[[], Sequence[bytes]], alone: Callable[[], Sequence[bytes]]
) -> None:
    """The same bytes, or one by one; certainly so where a row is refused."""
    try:
        expected = alone()
    except RowRefused:
        with pytest.raises(OneByOne):
            together()
        return
    try:
        found = together()
    except OneByOne:
        return
    assert found == expected


def items(*sizes: int) -> Items:
    made, seq = Items.of(), 0
    for size in sizes:
        rows = [Row(seq + at, Change.INSERTED, {"n": seq + at}) for at in range(size)]
        bodies = [b"%d" % row.seq for row in rows]
        made.extend(Items(Rows.of(rows), bodies, [None] * size))
        seq += size
    return made


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.data())
def test_parts_of_a_request_are_those_of_a_list(sizes, data):
    made, count = items(*sizes), sum(sizes)
    listed = list(made)
    assert [each.row.seq for each in listed] == list(range(count)) == made.positions
    first = data.draw(st.integers(0, count))
    last = data.draw(st.integers(0, count))
    assert list(made[first:last]) == listed[first:last]
    assert made[first:last].rows.column("n") == made.positions[first:last]
    assert [made[index] for index in range(count)] == listed
    chosen = data.draw(st.lists(st.integers(0, count - 1)))
    assert list(made.picked(chosen)) == [listed[index] for index in chosen]
    with pytest.raises(IndexError):
        made[count]
