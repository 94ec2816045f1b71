"""Against the real driver, and a PostgreSQL that passes for a Redshift."""

import pytest

from outhaul.connections.redshift import (
    RedshiftConnection,
    connect_options,
    opens_natively,
)
from outhaul.errors import ConfigurationError, WarehouseError
from tests.warehouses.redshift import RedshiftWarehouse
from tests.warehouses.redshift_proxy import redshift_proxy


@pytest.fixture(scope="module")
def warehouse(postgres):
    database = postgres.new_database()
    with redshift_proxy(database) as port:
        warehouse = RedshiftWarehouse(database, port)
        yield warehouse
        warehouse.close()


@pytest.fixture
def behind(warehouse):
    """The same database, as PostgreSQL."""
    warehouse.empty()
    return warehouse


@pytest.fixture
def connection(behind):
    connection = RedshiftConnection(behind.output, sleep=lambda seconds: None)
    connection.execute("set search_path to shop")
    yield connection
    connection.close()


def test_E14_a_missing_grant_is_named(connection, behind):
    connection.execute("create table people (email varchar(50))")
    behind.run_own("drop role if exists reader; create role reader login")
    behind.run_own("grant usage on schema shop to reader")
    low = RedshiftConnection(behind.output | {"user": "reader"})
    with pytest.raises(WarehouseError, match='select on table people to "reader"'):
        low.query("select * from shop.people")
    low.close()


@pytest.mark.parametrize("times, is_done", [(2, True), (9, False)])
def test_a_statement_that_gives_way_to_another_is_tried_again(
    connection, behind, times, is_done
):
    """The message is Redshift's; PostgreSQL has to be told when to say it."""
    behind.run_own(
        "create sequence shop.calls; create table shop.t (a int);"
        " create function shop.give_way() returns trigger language plpgsql as"
        f" $$ begin if nextval('shop.calls') <= {times} then raise exception '1023'"
        " using detail = 'Serializable isolation violation on table - 100';"
        " end if; return new; end $$;"
        " create trigger t before insert on shop.t execute function shop.give_way()"
    )
    if is_done:
        assert connection.execute("insert into t values (1)") == 1
    else:
        with pytest.raises(WarehouseError):
            connection.execute("insert into t values (1)")
    assert len(connection.query("select a from t")) == int(is_done)


def test_the_keys_of_dbts_profile_are_understood():
    profile = {"host": "h", "user": "u", "pass": "p", "database": "d", "port": "5440"}
    plain = {
        "host": "h",
        "port": 5440,
        "user": "u",
        "password": "p",
        "database": "d",
        "timeout": None,
        "application_name": "outhaul",
        "ssl": True,
        "sslmode": "verify-ca",
        "tcp_keepalive": True,
    }
    assert connect_options(profile) == plain
    more = {"sslmode": "verify-full", "connect_timeout": 5, "tcp_keepalive_idle": 9}
    assert connect_options(profile | more) == plain | {
        "sslmode": "verify-full",
        "timeout": 5,
        "tcp_keepalive_idle": 9,
    }
    assert connect_options(profile | {"sslmode": "disable"})["ssl"] is False


def test_a_profile_that_lacks_keys_is_refused():
    with pytest.raises(ConfigurationError, match="has no host, user, password, dbname"):
        connect_options({"port": 1})


def test_only_users_of_the_database_are_connected_without_dbt():
    assert opens_natively({}) and opens_natively({"method": "database"})
    assert not opens_natively({"method": "iam"})
