"""What SendGrid refuses, its stand-in refuses too; beside each what is accepted."""

from __future__ import annotations

import orjson
import pytest

from outhaul.destinations.sendgrid import SendGrid
from outhaul.errors import RequestRefused, StopSync, Throttled
from outhaul.model import Change, Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.limits import Quota
from tests.destinations.driver import deliver
from tests.destinations.sendgrid_rows import (
    EMAIL,
    FIRST_NAME,
    column,
    held,
    members,
    requests_of,
    row,
    service,
    statuses,
)

ANN = {"email": "ann@example.com"}
LONG = "a" * 250 + "@example.com"


@pytest.fixture
def sandbox():
    with Sandbox(job_seconds=0.0) as running:
        yield running


@pytest.fixture
def account(sandbox):
    return SendGrid(api_key="SG.x", base_url=sandbox.url("sendgrid"), poll_seconds=0.01)


def put(account, *contacts):
    bodies = [orjson.dumps(each) for each in contacts]
    return account.api.put_contacts(bodies, [each["email"] for each in contacts])


@pytest.mark.parametrize(
    ("refused", "accepted"),
    [
        ([ANN, {"email": "Ann@Example.com"}], [ANN, {"email": "bob@example.com"}]),
        (
            [ANN | {"external_id": "1"}, {"email": "b@x.com", "external_id": "1"}],
            [ANN | {"external_id": "1"}, {"email": "b@x.com", "external_id": "2"}],
        ),
        (
            [ANN | {"phone_number_id": "06 12 34"}],
            [ANN | {"phone_number_id": "+33612345678"}],
        ),
        (
            [ANN | {"alternate_emails": ["ann"]}],
            [ANN | {"alternate_emails": ["ann@example.org"]}],
        ),
        ([ANN | {"alternate_emails": [LONG]}], [ANN | {"alternate_emails": []}]),
    ],
    ids=["address twice", "identifier twice", "phone", "alternate", "long alternate"],
)
def test_an_import_that_is_not_valid_is_refused(account, refused, accepted):
    with pytest.raises(RequestRefused):
        put(account, *refused)
    put(account, *accepted)


@pytest.fixture
def two_addresses(sandbox):
    """A contact that has the addresses of two rows."""
    sandbox.sendgrid.add_contact(
        email="person1@example.com", alternate_emails=["person2@example.com"]
    )


def test_rows_of_one_contact_are_sent_apart(account, sandbox, two_addresses):
    contacts = service(account, "contacts")
    rows = [row(1, first_name="Ann"), row(2, first_name="Ann"), row(3, first_name="x")]
    outcomes = deliver(contacts, [EMAIL, FIRST_NAME], rows)
    assert statuses(outcomes) == {1: "accepted", 2: "accepted", 3: "missing"}
    assert len(requests_of(sandbox, "PUT")) == 2
    assert list(held(sandbox)) == ["person1@example.com"]


def test_of_rows_of_one_contact_that_with_its_own_address_joins_a_list(
    account, sandbox, two_addresses
):
    outcomes = deliver(service(account, "list"), [EMAIL], [row(1), row(2)])
    assert statuses(outcomes) == {1: "accepted", 2: "rejected"}
    assert outcomes[2].code == "alternate_address"
    assert len(requests_of(sandbox, "PUT")) == 1
    assert members(sandbox) == {"person1"}


def test_a_telephone_number_that_identifies_must_be_one(account, sandbox):
    columns = [EMAIL, column("phone_number_id")]
    rows = [row(1, phone_number_id="+33612345678"), row(2, phone_number_id="0612")]
    rows.append(row(3, phone_number_id=None))
    outcomes = deliver(service(account, "contacts", insert=True), columns, rows)
    assert statuses(outcomes) == {1: "accepted", 2: "rejected", 3: "accepted"}
    assert outcomes[2].code == "phone"
    assert held(sandbox)["person1@example.com"]["phone_number_id"] == "+33612345678"


@pytest.mark.parametrize("scope", ["read", "write"])
@pytest.mark.parametrize("name", ["contacts", "list"])
def test_a_key_with_too_few_permissions_stops(account, sandbox, name, scope):
    sandbox.sendgrid.add_contact("vip_customers", email="person1@example.com")
    made = service(account, name)
    sandbox.sendgrid.forbidden = {scope}
    change = Change.REMOVED if name == "list" else Change.UPDATED
    with pytest.raises(StopSync, match="give the API key full access to Marketing"):
        deliver(made, [EMAIL], [row(1, change)])
    sandbox.sendgrid.forbidden = set()
    (outcome,) = deliver(made, [EMAIL], [row(1, change)]).values()
    assert outcome.status is Status.ACCEPTED


def test_a_key_that_only_reads_is_enough_to_check(account, sandbox):
    sandbox.sendgrid.forbidden = {"write"}
    columns = [EMAIL, column("points", Kind.INTEGER)]
    assert "will be created" in service(account, "contacts").check(columns)[0]


def test_each_call_has_a_limit_of_its_own(account, sandbox):
    now = [1_000.0]
    sandbox.sendgrid.limit(lambda: Quota(1, 5.0, lambda: now[0]))
    put(account, ANN)
    account.api.field_definitions()
    with pytest.raises(Throttled) as caught:
        put(account, ANN)
    assert caught.value.after is not None
    now[0] += 5
    put(account, ANN)
