"""What the contract suite needs to know of each warehouse: its words and values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from outhaul import exact

UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
UTC = timezone.utc
NOON = datetime(2024, 2, 29, 12, 0, 0, 123456)
TEN = datetime(2024, 2, 29, 10, tzinfo=UTC)
FAR = exact.FAR_DATE
LONG_NUMBER = Decimal("12345678901234567.89")
DEEP = "[" * 5000 + "]" * 5000


@dataclass(frozen=True)
class Case:
    """One warehouse.

    values: expressions, and what they come back as. types: statements that make what
    `values` and `refused` need. refused: statements that fail, each `?` a person's
    address. moment: midnight of 2024-01-01 in UTC as the session writes it.
    elsewhere: statements that give new sessions another time zone, in which the keys
    of the profile are filled in; settings: keys of the profile that do so.
    away: keys of the profile by which nobody answers. missing: statements on what is
    not there. not_texts: texts that cannot be sent. apart: whether each value needs a
    query of its own. returning: whether an insert may return rows. backend: how the
    server of a session is called, which statements may end.
    """

    values: Mapping[str, Any]
    moment: str
    refused: Sequence[str]
    types: Sequence[str] = ()
    integer: str = "bigint"
    text: str = "text"
    remainder: str = "7 % 4"
    odd_name: str = "50%?"
    elsewhere: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    away: Mapping[str, Any] = field(default_factory=dict)
    missing: Sequence[str] = (
        "select * from shop.nope",
        "insert into shop.nope values (1)",
    )
    not_texts: Sequence[str] = ("ann\ud800@example.com",)  # no encoding has it
    apart: bool = False
    returning: bool = False
    backend: str = ""


PLAIN_VALUES: Mapping[str, Any] = {
    "1": 1,
    "cast(1.10 as numeric(38, 2))": Decimal("1.10"),
    "true": True,
    "'é'": "é",
    "null": None,
    "date '2024-02-29'": date(2024, 2, 29),
    "9007199254740993": 9007199254740993,
}
NO_SCHEMA = "insert into nowhere.nope values (1)"
PEOPLE = (
    "create table shop.people (email varchar(50) primary key, age int)",
    "insert into shop.people values ('ann@example.com', 1)",
)

DUCKDB = Case(
    values={
        **PLAIN_VALUES,
        "0.5::double": 0.5,
        "0.1::float": 0.1,
        "timestamp '2024-02-29 12:00:00.123456'": NOON,
        "timestamptz '2024-02-29 12:00:00+02'": TEN,
        "[timestamptz '2024-02-29 12:00:00+02']": [TEN],
        "timestamp_ns '2024-02-29 12:00:00.123456'": NOON,
        "timestamp_ns '2024-02-29 12:00:00.123456789'": exact.FINE_TIME,
        "time '24:00:00'": "24:00:00",
        "interval '1 month'": "P1M",
        "interval '-90 minutes'": "-PT1H30M",
        "'\\x00\\xFF'::blob": b"\x00\xff",
        f"uuid '{UUID}'": UUID,
        f"[uuid '{UUID}']": [UUID],
        "['a', null]": ["a", None],
        "{'a': [1]}": {"a": [1]},
        """'{"a": [1, null]}'::json""": {"a": [1, None]},
        "null::json": None,
        """'{"a": 12345678901234567.89}'::json""": {"a": LONG_NUMBER},
        """{'j': '[1.50]'::json, 'i "x"': [interval '1 day'], 'f': 0.1::float}""": {
            "j": [Decimal("1.50")],
            'i "x"': ["P1D"],
            "f": 0.1,
        },
        "map {'a': date '2024-02-29', 'b': null}": {"a": date(2024, 2, 29), "b": None},
        "date '9999-12-31'": date(9999, 12, 31),
        "date '20000-01-01'": FAR,
        "'infinity'::date": FAR,
        "'-infinity'::timestamp": FAR,
        "'infinity'::timestamptz": FAR,
        "['infinity'::date]": [FAR],
    },
    moment="cast(timestamptz '2024-01-01 00:00+00' as varchar)",
    refused=(
        "select cast(? as int)",
        "select error('no ' || ?)",
        "insert into shop.people values (?, 2)",
    ),
    types=PEOPLE,
    settings={"settings": {"TimeZone": "Asia/Tokyo"}},
    missing=(*Case.missing, NO_SCHEMA),
    returning=True,
)

POSTGRES = Case(
    values={
        **PLAIN_VALUES,
        "0.5::float8": 0.5,
        "0.1::float4": 0.1,
        "array[0.1::float4, null]": [0.1, None],
        "'NaN'::numeric": Decimal("NaN"),
        "timestamp '2024-02-29 12:00:00.123456'": NOON,
        "timestamptz '2024-02-29 12:00:00+02'": TEN,
        "time '10:00'": time(10),
        "time '24:00:00'": "24:00:00",
        "timetz '10:00:00.5+02'": time(10, 0, 0, 500000, timezone(timedelta(hours=2))),
        "interval '1 month'": "P1M",
        "interval '-90 minutes'": "-PT1H30M",
        "array[interval '1 year -1 days']": ["P1Y-1D"],
        "'\\x00ff'::bytea": b"\x00\xff",
        "array['\\x00ff'::bytea]": [b"\x00\xff"],
        f"'{UUID}'::uuid": UUID,
        f"array['{UUID}'::uuid]": [UUID],
        "array['a', null]": ["a", None],
        """'{"a": [1, null]}'::json""": {"a": [1, None]},
        """'{"a": 12345678901234567.89}'::json""": {"a": LONG_NUMBER},
        "'[1]'::jsonb": [1],
        "array['[1.5]'::jsonb]": [[Decimal("1.5")]],
        f"'{DEEP}'::json": exact.NOT_JSON,
        "int4range(1, 2)": "[1,2)",
        "array[inet '10.0.0.1']": ["10.0.0.1"],
        "'ok'::shop.mood": "ok",
        "array['sad', 'ok', null]::shop.mood[]": ["sad", "ok", None],
        "array[array['sad', 'ok']]::shop.mood[]": [["sad", "ok"]],
        "null::shop.mood[]": None,
        "array[1, 2]::shop.smaller[]": [1, 2],
        "array[]::shop.small[]": [],
        "date '0001-01-01'": date(1, 1, 1),
        "date '9999-12-31'": date(9999, 12, 31),
        "date '0044-03-15 BC'": FAR,
        "timestamp '20000-01-01'": FAR,
        "timestamptz '0044-03-15 12:00+00 BC'": FAR,
        "'infinity'::date": FAR,
        "'-infinity'::timestamp": FAR,
        "array['infinity'::date, date '2024-02-29']": [FAR, date(2024, 2, 29)],
        "array['20000-01-01'::timestamptz]": [FAR],
    },
    moment="cast(timestamptz '2024-01-01 00:00+00' as varchar)",
    refused=(
        "select cast(? as int)",
        "insert into shop.people values (?, 2)",
        "insert into shop.people values ('x', cast(? as int))",
        "do $$ begin raise exception 'no ann@example.com'; end $$",
    ),
    types=(
        *PEOPLE,
        "create type shop.mood as enum ('sad', 'ok')",
        "create domain shop.small as int check (value < 10)",
        "create domain shop.smaller as shop.small",
        "create sequence shop.runs",
    ),
    missing=(*Case.missing, NO_SCHEMA),
    not_texts=(*Case.not_texts, "ann\0@example.com"),
    returning=True,
    backend="pg_backend_pid()",
    elsewhere=["alter database {dbname} set timezone = 'Asia/Tokyo'"],
    away={"host": "127.0.0.1", "port": 1, "password": "hunter2", "retries": 0},
)

REDSHIFT = Case(
    values={
        **PLAIN_VALUES,
        "cast(0.5 as double precision)": 0.5,
        "cast(0.1 as real)": 0.1,
        "timestamp '2024-02-29 12:00:00.123456'": NOON,
        "timestamptz '2024-02-29 12:00:00+02'": TEN,
        "interval '1 month'": "P1M",
        "interval '25 hours'": "PT25H",
        "interval '-90 minutes'": "-PT1H30M",
        "date '0001-01-01'": date(1, 1, 1),
        "date '9999-12-31'": date(9999, 12, 31),
        "date '0044-03-15 BC'": FAR,
        "timestamp '20000-01-01'": FAR,
    },
    text="varchar(200)",
    moment="cast(cast('2024-01-01 00:00+00' as timestamptz) as varchar(40))",
    refused=(
        "select cast(? as int)",
        "insert into shop.people values ('x', cast(? as int))",
    ),
    types=(*PEOPLE, "create sequence shop.runs"),
    backend="pg_backend_pid()",
    elsewhere=["alter database {dbname} set timezone = 'Asia/Tokyo'"],
    away={"host": "127.0.0.1", "port": 1, "password": "hunter2", "retries": 0},
)

SNOWFLAKE = Case(
    values={
        **PLAIN_VALUES,
        "cast(0.5 as float)": 0.5,
        "'2024-02-29 12:00:00.123456'::timestamp_ntz": NOON,
        "'2024-02-29 12:00:00 +0200'::timestamp_tz": TEN,
        "'2024-02-29 12:00:00 +0200'::timestamp_ltz": TEN,
        "time '10:00:00'": time(10),
        "to_binary('00FF', 'HEX')": b"\x00\xff",
        """parse_json('{"a": [1, null, "undefined"]}')""": {
            "a": [1, None, "undefined"]
        },
        """parse_json('"text"')""": "text",
        "object_construct('a', 1)": {"a": 1},
        "array_construct(1, null, 'undefined')": [1, None, "undefined"],
        "parse_json('null')": None,
        "cast(null as variant)": None,
    },
    remainder="mod(7, 4)",
    moment=(
        "to_varchar('2024-01-01 00:00:00 +0000'::timestamp_ltz, 'YYYY-MM-DD HH24:MI')"
    ),
    refused=(
        "select cast(? as int)",
        "insert into shop.people select 'x', cast(? as int)",
    ),
    types=PEOPLE,
)

DATABRICKS = Case(
    values={
        **PLAIN_VALUES,
        "cast('NaN' as double)": math.nan,
        "cast(1.50 as decimal(10, 2))": Decimal("1.50"),
        "timestamp '2024-02-29 12:00:00+02:00'": TEN,
        "timestamp_ntz '2024-02-29 12:00:00.123456'": NOON,
        "unhex('00FF')": b"\x00\xff",
        "array(1, null)": [1, None],
        "array(named_struct('a', map('b', 1)))": [{"a": {"b": 1}}],
        "map('a', array('b'))": {"a": ["b"]},
        "cast(map() as map<string, int>)": {},
    },
    text="string",
    moment="cast(timestamp '2024-01-01 00:00:00Z' as string)",
    refused=("select cast(? as bigint)",),
    away={
        "token": "hunter2",
        "connection_parameters": {
            "_connection_uri": "http://127.0.0.1:1/sql/1.0/warehouses/1",
            "_retry_stop_after_attempts_count": 1,
            "enable_telemetry": False,
        },
    },
)

BIGQUERY = Case(
    values={
        "1": 1,
        "true": True,
        "'é'": "é",
        "9007199254740993": 9007199254740993,
        "numeric '1.100000001'": Decimal("1.100000001"),
        "cast('inf' as float64)": math.inf,
        "from_hex('00ff')": b"\x00\xff",
        "date '0001-01-01'": date(1, 1, 1),
        "time '10:00:00.000005'": time(10, 0, 0, 5),
        "datetime '2024-02-29 12:00:00.123456'": NOON,
        "datetime '9999-12-31 23:59:59.999999'": datetime.max,
        "timestamp '2024-02-29 12:00:00+02'": TEN,
        "['a', 'b']": ["a", "b"],
        "struct(1 as a, ['x'] as b)": {"a": 1, "b": ["x"]},
        "[struct(1 as a, numeric '2.5' as b)]": [{"a": 1, "b": Decimal("2.5")}],
        "json '{\"a\": [1, null]}'": {"a": [1, None]},
        "cast(null as json)": None,
        "json '{\"a\": 1.1}'": {"a": Decimal("1.1")},
        "interval 90 minute": "PT1H30M",
        "interval '-1-2 3 4:5:6.000007' year to second": "P-1Y-2M3DT4H5M6.000007S",
    },
    not_texts=(),  # in JSON each is a text
    apart=True,  # the emulator gives all numbers of a query the same scale
    integer="int64",
    text="string",
    remainder="mod(7, 4)",
    odd_name="50%",
    moment="cast(timestamp '2024-01-01 00:00:00+00' as string)",
    refused=(
        "select cast(? as int64)",
        "select parse_date('%F', ?)",
        "select error(concat('no ', ?))",
    ),
    away={
        "token": "hunter2",
        "api_endpoint": "http://127.0.0.1:1",
        "job_retry_deadline_seconds": 0,
    },
)

CASES: Mapping[str, Case] = {
    "bigquery": BIGQUERY,
    "databricks": DATABRICKS,
    "duckdb": DUCKDB,
    "postgres": POSTGRES,
    "redshift": REDSHIFT,
    "snowflake": SNOWFLAKE,
}
