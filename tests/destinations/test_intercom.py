"""What is peculiar to Intercom: look-ups by address, attributes, tags by name."""

from __future__ import annotations

import pytest

from outhaul.destinations.intercom import PLATFORM, Intercom
from outhaul.errors import StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.cases.case import EMAIL
from tests.destinations.cases.intercom import people
from tests.destinations.driver import deliver, look_up

ACTIVATION = Activation("vip__intercom", "vip", "intercom")
ROWS = [
    Row(n, Change.INSERTED, {"email": f"person{n}@example.com"}) for n in range(1, 4)
]


@pytest.fixture
def account(sandbox):
    return Intercom(access_token="canary-key", base_url=sandbox.url("intercom"))


def service(account, name, **options):
    options = PLATFORM.services[name].Options(**options)
    return bound(account, name, options, ACTIVATION)


def held(sandbox):
    return sandbox.state()["intercom"]


def statuses(outcomes):
    return [outcomes[n].status.value for n in sorted(outcomes)]


def send(sender, row, found):
    item = Encoded(row, sender.encode(row, found), found)
    return [each.status.value for each in sender.send(Items.of([item]))]


def test_of_contacts_with_one_address_the_user_is_meant(account, sandbox):
    people(sandbox, 1, 2)
    contacts = held(sandbox)["contacts"]
    lead = {**contacts["C1"], "id": "Z1", "role": "lead"}
    sandbox.vendors["intercom"].load({"contacts": {**contacts, "Z1": lead}})
    found = account.api.contacts(["person1@example.com", "person3@example.com"])
    assert found == {"person1@example.com": "C1", "person3@example.com": None}


def test_look_ups_go_on_over_pages(account, sandbox):
    people(sandbox, *range(1, 200))
    addresses = [f"person{n}@example.com" for n in range(1, 201)]
    found = account.api.contacts(addresses)
    assert [each for each, id in found.items() if id is None] == addresses[-1:]


def test_an_attribute_that_intercom_lacks_is_created_with_its_type(account, sandbox):
    columns = [EMAIL]
    columns += [Column("born", "born", Kind.DATE, "date")]
    columns += [Column("spent", "spent", Kind.NUMBER, "decimal")]
    columns += [Column("name", "name", Kind.TEXT, "varchar")]
    sender = service(account, "contacts")
    assert "field 'born' (date) will be created" in sender.check(columns)
    assert held(sandbox)["attributes"]["contact"] == {}
    sender.prepare(columns)
    made = held(sandbox)["attributes"]["contact"]
    assert made == {"born": "date", "spent": "float"}
    assert sender.findings.created_fields == ["born", "spent"]


def test_a_contact_that_came_or_went_since_the_look_up_is_looked_up_again(
    account, sandbox
):
    people(sandbox, 1)
    sender = service(account, "contacts", insert=True)
    sender.prepare([EMAIL])
    assert look_up(sender, ROWS[:2]) == {1: "C1", 2: "new"}
    assert send(sender, ROWS[0], "new") == ["again"]
    assert send(sender, ROWS[1], "C2") == ["again"]
    assert statuses(deliver(sender, [EMAIL], ROWS)) == ["accepted"] * 3
    assert len(held(sandbox)["contacts"]) == 3


def test_a_bad_contact_is_rejected_alone(account, sandbox):
    bad = Row(9, Change.INSERTED, {"email": "person@example.invalid"})
    sender = service(account, "contacts", insert=True)
    outcomes = deliver(sender, [EMAIL], [*ROWS, bad])
    assert statuses(outcomes) == ["accepted"] * 3 + ["rejected"]


def test_a_tag_is_created_found_without_case_and_followed_when_it_is_renamed(
    account, sandbox
):
    people(sandbox, 1, 2, 3)
    sender = service(account, "segment", list_name="Gold")
    assert "tag 'Gold' will be created" in sender.check([EMAIL])
    assert statuses(deliver(sender, [EMAIL], ROWS[:2])) == ["accepted"] * 2
    (tag,) = [key for key, name in held(sandbox)["tags"].items() if name == "Gold"]
    assert account.api.find_tag("gold") == tag
    kept = held(sandbox)
    sandbox.vendors["intercom"].load({**kept, "tags": {tag: "Silver"}})
    renamed = service(account, "segment", list_name="Gold")
    assert renamed.locate(tag)
    assert renamed.findings.renamed == "Silver"
    assert statuses(deliver(renamed, [EMAIL], ROWS[2:])) == ["accepted"]
    assert held(sandbox)["tags"] == {tag: "Silver"}
    assert held(sandbox)["contacts"]["C3"]["tags"] == [tag]


def test_a_tag_that_was_deleted_stops_the_sync(account, sandbox):
    people(sandbox, 1)
    sender = service(account, "segment")
    sender.prepare([EMAIL])
    told = {"type": "tag", "id": "T9", "name": "vip"}
    sandbox.add_faults(Fault("status", "POST", "/tags", status=200, body=told))
    with pytest.raises(StopSync, match="the list was deleted at Intercom"):
        send(sender, ROWS[0], "C1")
    leaving = ROWS[0]._replace(change=Change.REMOVED)
    sandbox.vendors["intercom"].load({"contacts": held(sandbox)["contacts"]})
    assert send(sender, leaving, "C1") == ["accepted"]
