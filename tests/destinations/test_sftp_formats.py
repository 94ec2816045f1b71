"""What is in a file, and what it is called."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outhaul.destinations.sftp import ChangesOptions, Sftp, UpsertsOptions
from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit.files.names import FileNames
from outhaul.kit.files.packing import contents, gzipped
from outhaul.kit.files.tables import JsonLines, Separated
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded, OneByOne
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from tests.destinations.binding import bound
from tests.destinations.sftp_accounts import sftp_settings

BUILT_AT = datetime(2026, 1, 31, 6, 15)
ACTIVATION = Activation("vip__sftp", "vip", "sftp", 7, BUILT_AT)
COLUMNS = [
    Column("id", "id", Kind.INTEGER, "bigint"),
    Column("name", "name", Kind.TEXT, "varchar"),
]
ROWS = [
    Row(1, Change.INSERTED, {"id": 1, "name": "Zoë"}),
    Row(2, Change.UPDATED, {"id": 2, "name": None}),
]


@pytest.fixture
def account(sandbox):
    return Sftp(**sftp_settings(sandbox))


def written(sandbox, account, kind="changes", rows=ROWS, columns=COLUMNS, **options):
    """Name and content of the one file that a request becomes."""
    made = PLATFORMS[account.type].services[kind].Options(**options)
    service = bound(account, kind, made, ACTIVATION)
    service.prepare(columns)
    service.send(Items.of(Encoded(row, service.encode(row)) for row in rows))
    ((path, content),) = sandbox.sftp.files.all().items()
    return path.removeprefix("/in/"), content


def test_changes_are_csv_with_a_column_for_the_change(sandbox, account):
    assert written(sandbox, account, formulas="machine") == (
        "vip__sftp_20260131_000007_000000001.csv",
        "change,id,name\r\ninserted,1,Zoë\r\nupdated,2,\r\n".encode(),
    )


def test_upserts_have_the_columns_of_the_select_alone(sandbox, account):
    _, content = written(
        sandbox, account, "upserts", formulas="machine", format="tsv", header=False
    )
    assert content == "1\tZoë\r\n2\t\r\n".encode()
    assert PLATFORMS[account.type].services["upserts"].consumes == {
        Change.INSERTED,
        Change.UPDATED,
    }


def test_the_column_of_the_change_can_be_named(sandbox, account):
    _, content = written(sandbox, account, formulas="machine", change_column="what")
    assert content.startswith(b"what,id,name\r\n")
    with pytest.raises(ConfigurationError, match="the select does not have"):
        written(sandbox, account, formulas="machine", change_column="name")


def test_a_removed_row_holds_what_was_sent_last(sandbox, account):
    rows = [Row(1, Change.REMOVED, {"id": 1, "name": "Zoë"})]
    _, content = written(sandbox, account, rows=rows, formulas="machine")
    assert content.splitlines()[1] == "removed,1,Zoë".encode()


def test_json_lines_keep_types(sandbox, account):
    values = {
        "id": 2**60 + 1,
        "spent": Decimal("1234567890.10"),
        "at": datetime(2026, 1, 31, 7, tzinfo=timezone(timedelta(hours=1))),
        "tags": {"b": [1, None], "a": "é"},
        "vip": True,
        "none": None,
    }
    rows = [Row(1, Change.UPDATED, values)]
    columns = [Column(name, name, Kind.OTHER, "x") for name in values]
    name, content = written(
        sandbox, account, rows=rows, columns=columns, format="json_lines"
    )
    assert name.endswith(".jsonl")
    assert content.decode() == (
        '{"change":"updated","id":1152921504606846977,"spent":1234567890.1,'
        '"at":"2026-01-31T06:00:00Z","tags":{"a":"é","b":[1,null]},"vip":true,'
        '"none":null}\n'
    )


def test_gzip_is_the_same_for_the_same_rows(sandbox, account):
    name, content = written(sandbox, account, formulas="machine", gzip=True)
    assert name == "vip__sftp_20260131_000007_000000001.csv.gz"
    assert gzip.decompress(content).startswith(b"change,id,name\r\n")
    assert content == written(sandbox, account, formulas="machine", gzip=True)[1]
    assert content[4:8] == bytes(4), "there is a time in it"


@pytest.mark.parametrize(
    ("encoding", "start", "codec"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8-bom", b"\xef\xbb\xbf", "utf-8"),
        ("utf-16", b"\xff\xfe", "utf-16-le"),
        ("iso-8859-1", b"", "iso-8859-1"),
        ("windows-1252", b"", "windows-1252"),
    ],
)
def test_encodings(sandbox, account, encoding, start, codec):
    _, content = written(sandbox, account, formulas="machine", encoding=encoding)
    expected = "change,id,name\r\ninserted,1,Zoë\r\nupdated,2,\r\n"
    assert content == start + expected.encode(codec)


def test_a_character_that_an_encoding_lacks_refuses_its_row_alone():
    layout = Separated(encoding="iso-8859-1")
    with pytest.raises(RowRefused, match="iso-8859-1 cannot hold") as caught:
        layout.line([("name", "日本")])
    assert caught.value.code == "encoding"
    assert layout.line([("name", "Zoë")]) == "Zoë\r\n".encode("iso-8859-1")


# --- G26, G27: quoting and formulas


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
            | st.sampled_from(['"', ",", "\n", "\r", " a", "a ", "\ufeffa", ""]),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_G26_whatever_is_in_a_value_is_read_back(rows):
    layout = Separated()
    text = b"".join(layout.line([("x", cell) for cell in row]) for row in rows)
    assert list(csv.reader(io.StringIO(text.decode(), newline=""))) == rows


def test_G26_a_null_and_an_empty_text_differ():
    assert Separated().line([("a", None), ("b", "")]) == b',""\r\n'
    assert Separated(null="\\N").line([("a", None), ("b", "\\N")]) == b'\\N,"\\N"\r\n'
    assert Separated(quote_all=True).line([("a", None), ("b", 1)]) == b'"","1"\r\n'


FORMULAS = [
    "=cmd()",
    "+33612345678",
    "-5",
    "@x",
    "\tx",
    "\rx",
    " =1",
    "\u00a0=1",
    "\u3000 +1",
    "\ufeff=1",
    "\u200b@x",
    "|calc",
    "%x",
    "＝1",
    "｜x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_G27_formulas_follow_the_policy_that_was_chosen(text):
    cells = [("phone", text)]
    read = csv.reader(io.StringIO(Separated().line(cells).decode(), newline=""))
    assert next(read) == [text]
    shown = Separated(formulas="spreadsheet").line(cells).decode()
    assert next(csv.reader(io.StringIO(shown, newline=""))) == ["'" + text]
    assert together([text] * 9, formulas="spreadsheet") == [shown.encode()] * 9
    with pytest.raises(RowRefused) as caught:
        Separated(formulas="reject").line(cells)
    assert caught.value.code == "formula" and text not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n=1", "a\n'=1"),
        ("a\r\n =1\n+2", "a\r\n' =1\n'+2"),
        ("a\u2028@x", "a\u2028'@x"),
        ("-1\n-2", "'-1\n'-2"),
    ],
)
def test_G27_a_line_within_a_cell_is_no_formula_either(text, shown):
    cells = [("note", text)]
    line = Separated(formulas="spreadsheet").line(cells).decode()
    assert next(csv.reader(io.StringIO(line, newline=""))) == [shown]
    assert together(["x"] * 9 + [text], formulas="spreadsheet")[9] == line.encode()
    with pytest.raises(RowRefused):
        Separated(formulas="reject").line(cells)


@pytest.mark.parametrize(
    "text", ["a=1", "50%", "a|b", "a\nb", "x\ty", "a - b", "", " a"]
)
def test_G27_what_no_spreadsheet_runs_stays(text):
    cells = [("note", text)]
    assert Separated(formulas="spreadsheet").line(cells) == Separated().line(cells)
    assert Separated(formulas="reject").line(cells) == Separated().line(cells)


def together(texts, **layout):
    """The lines of a column, all at once where that is possible."""
    separated = Separated(**layout)
    try:
        return separated.lines([("note", texts)])
    except OneByOne:
        return [separated.line([("note", text)]) for text in texts]


def test_G27_a_number_is_no_formula():
    cells = [("a", -5), ("b", Decimal("-1.50")), ("c", date(2026, 1, 31))]
    for policy in ("machine", "spreadsheet", "reject"):
        assert Separated(formulas=policy).line(cells) == b"-5,-1.5,2026-01-31\r\n"


def test_G27_a_policy_must_be_chosen_where_it_matters(account):
    for format in ("csv", "tsv"):
        with pytest.raises(ConfigurationError, match="'formulas' is missing"):
            bound(account, "upserts", UpsertsOptions(format=format), ACTIVATION)
    bound(account, "upserts", UpsertsOptions(format="json_lines"), ACTIVATION)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (0.1, "0.1"),
        (1e20, "100000000000000000000"),
        (Decimal("1.10"), "1.1"),
        (10**40, "1" + "0" * 40),
        (date(1, 2, 3), "0001-02-03"),
        (datetime(2026, 1, 31, 6, 15), "2026-01-31T06:15:00Z"),
        ([1, "a"], '"[1,""a""]"'),
    ],
)
def test_values_are_written_exactly(value, text):
    assert Separated().line([("x", value)]).decode() == text + "\r\n"


@pytest.mark.parametrize("value", [float("nan"), "a\x00", "\ud800", b"x", object])
def test_values_that_cannot_be_written_are_refused(value):
    for layout in (Separated(), JsonLines()):
        if value is object:
            continue
        with pytest.raises(RowRefused) as caught:
            layout.line([("field", value)])
        assert "'field'" in str(caught.value)


@pytest.mark.parametrize("separator", ["", "ab", '"', "\n", "x", "1"])
def test_a_separator_is_one_character_that_can_separate(account, separator):
    options = {"formulas": "machine", "separator": separator}
    if separator:
        with pytest.raises(ConfigurationError, match="must be one character"):
            bound(account, "changes", ChangesOptions(**options), ACTIVATION)
    options["separator"] = "|"
    bound(account, "changes", ChangesOptions(**options), ACTIVATION)


def test_json_lines_in_another_encoding_are_refused(account):
    options = ChangesOptions(format="json_lines", encoding="utf-16")
    with pytest.raises(ConfigurationError, match="JSON Lines are UTF-8"):
        bound(account, "changes", options, ACTIVATION)


# --- H14: names


@pytest.mark.parametrize(
    "pattern",
    [
        "../{id}.csv",
        "/etc/{id}",
        "a/{id}.csv",
        "{id}\x00.csv",
        ".{id}.csv",
        "{id} x.csv",
        "{id}.csv\n",
    ],
)
def test_H14_a_name_never_leads_elsewhere(pattern):
    assert "may lead to names" in FileNames(pattern, ACTIVATION).problem()


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("{activation}_{generation}.csv", "one file would replace another"),
        ("{date}.csv", "one file would replace another"),
        ("{id}_{where}.csv", "is not known"),
        ("{activation.name}_{id}", "is not known"),
        ("{id!r}", "is not a valid pattern"),
        ("{id:>99999999999}", "is not a valid pattern"),
        ("{", "is not a valid pattern"),
        ("{}_{id}", "is not known"),
        ("{id}" + "x" * 200, "over 200"),
    ],
)
def test_H14_patterns_that_cannot_work_are_told(pattern, problem):
    assert problem in (FileNames(pattern, ACTIVATION).problem() or "")


def test_H14_a_segment_with_a_strange_name_is_told():
    strange = Activation("../../etc", "vip", "sftp", 7, BUILT_AT)
    assert FileNames("{activation}{generation}{chunk}", strange).problem()
    assert FileNames("{id}", strange).problem() is None


def test_a_pattern_with_a_problem_is_a_configuration_error(account):
    options = ChangesOptions(formulas="machine", file_name="../{id}")
    with pytest.raises(ConfigurationError, match="'file_name' may lead"):
        bound(account, "changes", options, ACTIVATION)


def test_names_know_date_time_segment_and_own_words():
    names = FileNames("{u}_{segment}_{date}_{time}_{id}", ACTIVATION, {"u": "shop"})
    assert names.problem() is None
    name = names.of(12)
    assert name.startswith("shop_vip_20260131_061500_")
    assert name.endswith("000007000000012")


def test_names_of_two_activations_never_meet():
    other = Activation("vip__sftp2", "vip", "sftp", 7, BUILT_AT)
    for pattern in ("{id}", "{activation}-{generation}-{chunk}"):
        assert FileNames(pattern, ACTIVATION).of(1) != FileNames(pattern, other).of(1)


def test_own_names_are_recognised_and_no_others():
    for pattern in (
        "{date}_{id}.csv",
        "{activation}_{date}{time}_{generation}.{chunk}",
    ):
        own = FileNames(pattern, ACTIVATION).own()
        assert own.fullmatch(FileNames(pattern, ACTIVATION).of(123))
        later = Activation("vip__sftp", "vip", "sftp", 1234567, datetime(2027, 1, 1))
        assert own.fullmatch(FileNames(pattern, later).of(10**10))
        other = Activation("vip_sftp", "vip", "sftp", 7, BUILT_AT)
        assert not own.fullmatch(FileNames(pattern, other).of(123))


def test_two_activations_have_targets_of_their_own(account):
    options = ChangesOptions(formulas="machine")
    other = Activation("vip__sftp2", "vip", "sftp", 7, BUILT_AT)
    first, second = (
        bound(account, "changes", options, each).owns() for each in (ACTIVATION, other)
    )
    assert first != second


# --- packing


def test_a_file_is_made_in_pieces():
    items = Items.of(Encoded(ROWS[0], json.dumps(n).encode()) for n in range(1_000))
    pieces = list(contents(b"start", items))
    assert b"".join(pieces) == b"start" + b"".join(item.body for item in items)
    assert len(pieces) > 3
    assert gzip.decompress(b"".join(gzipped(pieces))) == b"".join(pieces)
