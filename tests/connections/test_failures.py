import pytest

from outhaul.connections.failures import unreachable, warehouse_error
from outhaul.errors import RelationMissing, WarehouseError, WarehouseUnreachable


class Refused(Exception):
    def __init__(self, text: str, state: str = "") -> None:
        super().__init__(text)
        self.pgcode = state or None


def test_J15_the_lines_below_the_first_are_dropped():
    error = warehouse_error(
        Refused(
            'duplicate key value violates unique constraint "u"\n'
            "DETAIL:  Key (email)=(ann@example.com) already exists.\n"
            "CONTEXT:  COPY people, line 1\n",
            "23505",
        )
    )
    assert "ann@example.com" not in str(error)
    assert "COPY" not in str(error)
    assert "Refused 23505" in str(error)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('invalid input syntax for type integer: "Ann Smith"', "22P02"),
        ("Conversion Error: Could not convert string 'Ann Smith' to INT32", ""),
        ("ann.smith@example.com is no number", "22018"),
        ("the row of Ann Smith is wrong", "P0001"),
        ("the row of Ann Smith is wrong", "ZZ001"),
        ("no column holds Ann Smith", "42703"),
    ],
)
def test_J15_values_are_dropped(text, state):
    error = warehouse_error(Refused(text, state), parameters=["Ann Smith", 5, None])
    assert "nn Smith" not in str(error)
    assert "ann.smith" not in str(error)


def test_names_are_kept_where_the_message_is_about_names():
    error = warehouse_error(Refused('column "lifetime" does not exist', "42703"))
    assert 'column "lifetime" does not exist' in str(error)
    assert type(error) is WarehouseError


@pytest.mark.parametrize(
    ("text", "state", "kind"),
    [
        ('relation "x" does not exist', "42P01", RelationMissing),
        ("Object 'X' does not exist or not authorized.", "42S02", RelationMissing),
        ("Catalog Error: Table with name x does not exist!", "", RelationMissing),
        ("404 Not found: Table p:d.x was not found", "", RelationMissing),
        ("[TABLE_OR_VIEW_NOT_FOUND] The table", "", RelationMissing),
        ("Catalog Error: Scalar Function with name f ...", "", WarehouseError),
        ("terminating connection", "57P01", WarehouseUnreachable),
        ("connection failure", "08006", WarehouseUnreachable),
        ("canceling statement due to user request", "57014", WarehouseError),
    ],
)
def test_errors_are_told_apart(text, state, kind):
    assert type(warehouse_error(Refused(text, state))) is kind


def test_a_broken_connection_is_unreachable_whatever_the_error_says():
    error = warehouse_error(Refused("server closed the connection"), lost=True)
    assert type(error) is WarehouseUnreachable


@pytest.mark.parametrize(
    ("text", "sql", "grant"),
    [
        ("table people", "select 1", 'grant select on table people to "ann"'),
        ("table people", "-- why\n insert into", "grant insert on table people to"),
        ("view people", "with a as (", "grant select on table people to"),
        ("materialized view p", "select", "grant select on table p to"),
        ("schema marts", "select 1", "grant usage on schema marts to"),
        ("schema marts", "CREATE table", "grant create on schema marts to"),
        ("database shop", "create schema", "grant create on database shop to"),
    ],
)
def test_E14_a_missing_grant_is_named(text, sql, grant):
    denied = Refused(f"permission denied for {text}", "42501")
    assert grant in str(warehouse_error(denied, sql=sql, user="ann"))


def test_J01_secrets_are_dropped_from_connection_errors():
    refused = Refused('Database Error\n  invalid dsn "password=hunter2 host=x"\n')
    message = unreachable(refused, "the warehouse", ["hunter2"])
    assert message.startswith("cannot connect to the warehouse: invalid dsn")
    assert "hunter2" not in message
    answer = warehouse_error(Refused("token hunter2", "28000"), secrets=["hunter2"])
    assert "hunter2" not in str(answer)
    for written in ("hunt%65r2", "hun\\u0074er2", "hu\x1b[0mnter2"):
        told = Refused(f'role "{written}" does not exist', "28000")
        answer = warehouse_error(told, secrets=["hunter2"])
        assert 'role "***" does not exist' in str(answer)
