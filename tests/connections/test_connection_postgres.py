import pytest

from outhaul.connections.postgres import PostgresConnection, connect_options
from outhaul.errors import ConfigurationError, WarehouseError


@pytest.fixture
def database(postgres):
    return postgres.new_database()


@pytest.fixture
def connection(database):
    connection = PostgresConnection(database.profile("public"))
    yield connection
    connection.close()


def test_a_float_is_exact_whatever_the_database_sets(database):
    database.run(f"alter database {database.dbname} set extra_float_digits = -5")
    connection = PostgresConnection(database.profile("public"))
    assert connection.query("select 0.1::float8 + 0.2") == [(0.1 + 0.2,)]
    connection.close()


def test_E14_a_missing_grant_is_named(connection, database):
    connection.execute("create table people (email text)")
    role = f"reader_of_{database.dbname}"
    connection.execute(f"create role {role} login")
    low = PostgresConnection(database.profile("public") | {"user": role})
    with pytest.raises(WarehouseError, match=f'select on table people to "{role}"'):
        low.query("select * from people")
    with pytest.raises(WarehouseError, match=f'insert on table people to "{role}"'):
        low.execute("insert into people values ('x')")
    low.close()


def test_the_role_search_path_and_application_of_the_profile_are_used(database):
    database.run("create schema marts")
    role = f"role_of_{database.dbname}"
    database.run(f"create role {role}")
    profile = database.profile("marts") | {
        "role": role,
        "search_path": "marts, public",
        "keepalives_idle": 30,
        "sslmode": "prefer",
    }
    connection = PostgresConnection(profile)
    asked = "select current_user, current_setting('search_path'), application_name "
    (row,) = connection.query(
        asked + "from pg_stat_activity where pid = pg_backend_pid()"
    )
    assert row == (role, "marts, public", "outhaul")
    connection.close()


def test_the_keys_of_dbts_profile_are_understood():
    profile = {"host": "h", "user": "u", "pass": "p", "database": "d", "port": "6543"}
    assert connect_options(profile) == {
        "host": "h",
        "port": 6543,
        "user": "u",
        "password": "p",
        "dbname": "d",
        "connect_timeout": 10,
        "application_name": "outhaul",
        "client_encoding": "UTF8",
    }
    more = {"sslmode": "verify-full", "sslrootcert": "/ca.pem", "search_path": "a, b"}
    options = connect_options(profile | more | {"keepalives_idle": 5})
    assert options["options"] == "-c search_path=a,\\ b"
    assert options["sslrootcert"] == "/ca.pem"
    assert options["keepalives_idle"] == 5


def test_a_profile_that_lacks_keys_is_refused():
    with pytest.raises(ConfigurationError, match="has no host, user, dbname"):
        connect_options({"port": 1})
    with pytest.raises(ConfigurationError, match="'port' must be a whole number"):
        connect_options({"host": "h", "user": "u", "dbname": "d", "port": "five"})
