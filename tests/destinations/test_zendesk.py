"""What is peculiar to Zendesk: results of jobs in the order of rows, names, fields."""

from __future__ import annotations

import pytest

from outhaul.destinations.zendesk import PLATFORM, Zendesk
from outhaul.errors import ConfigurationError, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.case import EMAIL
from tests.destinations.cases.zendesk import people
from tests.destinations.driver import deliver

ACTIVATION = Activation("vip__zendesk", "vip", "zendesk")
NAME = Column("name", "name", Kind.TEXT, "varchar")
COLUMNS = [EMAIL, NAME]
ROWS = [
    Row(n, Change.INSERTED, {"email": f"person{n}@example.com", "name": "Ann"})
    for n in range(1, 4)
]


@pytest.fixture
def account(sandbox):
    return Zendesk(
        base_url=sandbox.url("zendesk"), email="a@example.com", api_token="canary-token"
    )


def service(account, name="users", **options):
    options = PLATFORM.services[name].Options(**options)
    return bound(account, name, options, ACTIVATION)


def statuses(outcomes):
    return [outcomes[n].status.value for n in sorted(outcomes)]


def items_of(sender, rows):
    sender.prepare(COLUMNS)
    return Items.of(Encoded(row, sender.encode(row)) for row in rows)


def test_a_job_tells_of_each_row_in_their_order(account, sandbox):
    bad = Row(2, Change.INSERTED, {"email": "person@example.invalid", "name": "Ann"})
    outcomes = deliver(service(account, insert=True), COLUMNS, [ROWS[0], bad, ROWS[2]])
    assert statuses(outcomes) == ["accepted", "rejected", "accepted"]
    assert "the user is not valid" in outcomes[2].message


def test_a_restarted_sync_that_has_some_rows_of_a_job_sends_them_again(account):
    sender = service(account, insert=True)
    items = items_of(sender, ROWS)
    job = sender.send(items)
    assert {each.status.value for each in sender.poll(job, items)} == {"accepted"}
    part = sender.poll(job, Items.of(items[1:]))
    assert [each.status.value for each in part] == ["unknown"] * 2


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"status": "completed", "results": [{"status": "Created"}] * 3}, "accepted"),
        ({"status": "completed", "results": [{"status": "Odd"}] * 3}, "rejected"),
        ({"status": "completed", "results": [{"errors": "x", "success": True}] * 3}, 0),
        ({"status": "completed", "results": []}, "unknown"),
        ({"status": "failed", "total": 3, "message": "x"}, "some_failed"),
        ({"status": "killed", "total": 3}, "some_failed"),
    ],
)
def test_what_a_job_tells_is_never_taken_for_more(account, sandbox, told, expected):
    sender = service(account, insert=True)
    items = items_of(sender, ROWS)
    job = sender.send(items)
    body = {"job_status": {"id": "x", **told}}
    sandbox.add_faults(
        Fault("status", "GET", "*/job_statuses/*", status=200, body=body)
    )
    found = {each.status.value for each in sender.poll(job, items)}
    assert found == {expected or "rejected"}


def test_a_user_is_found_by_the_whole_address(account, sandbox):
    people(sandbox, 1)
    outcomes = deliver(service(account), COLUMNS, ROWS[:2])
    assert statuses(outcomes) == ["accepted", "missing"]
    told = {"users": [{"id": 5, "email": "other-person2@example.com"}]}
    sandbox.add_faults(Fault("status", "GET", "*/search", status=200, body=told))
    assert statuses(deliver(service(account), COLUMNS, ROWS[1:2])) == ["missing"]


def test_a_new_user_needs_a_name_and_nobody_becomes_an_agent(account):
    with pytest.raises(ConfigurationError, match="no column 'name'"):
        service(account, insert=True).check([EMAIL])
    role = Column("role", "role", Kind.TEXT, "varchar")
    with pytest.raises(ConfigurationError, match="'role' is not written"):
        service(account).check([*COLUMNS, role])


def test_fields_are_created_with_their_types_and_others_must_fit(account, sandbox):
    columns = [*COLUMNS, Column("spent", "spent", Kind.NUMBER, "decimal")]
    sender = service(account, insert=True)
    assert "field 'spent' (decimal) will be created" in sender.check(columns)
    sender.prepare(columns)
    assert sandbox.state()["zendesk"]["user_fields"] == {"spent": "decimal"}
    texts = [*COLUMNS, Column("spent", "spent", Kind.TEXT, "varchar")]
    texts.append(Column("Big Spender", "x", Kind.TEXT, "varchar"))
    with pytest.raises(ConfigurationError) as caught:
        service(account).check(texts)
    assert "'spent' is of the type text, and the field of Zendesk takes decimal" in (
        str(caught.value)
    )
    assert "'Big Spender' cannot be the key of a field" in str(caught.value)


def test_a_custom_object_must_exist_and_records_are_always_created(account):
    with pytest.raises(StopSync, match="the key of the custom object"):
        service(account, "custom_object", object="boat").check(COLUMNS)
    for options in ({"object": "Big boat"}, {"object": "vehicle", "insert": False}):
        with pytest.raises(ConfigurationError, match="vip__zendesk: meta.outhaul."):
            service(account, "custom_object", **options)


def test_the_log_in_is_never_shown(account, sandbox):
    sandbox.add_faults(
        Fault("status", "GET", "*", status=401, body=account.api._client._headers)
    )
    with pytest.raises(StopSync, match="check 'email', 'api_token'") as caught:
        service(account).check(COLUMNS)
    assert "canary" not in str(caught.value)
    assert account.api._client._headers["Authorization"][6:] not in str(caught.value)
