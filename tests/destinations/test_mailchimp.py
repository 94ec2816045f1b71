"""What is peculiar to Mailchimp; the rest is in `cases/mailchimp.py`."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from outhaul.destinations.mailchimp import Mailchimp
from outhaul.errors import ConfigurationError, OuthaulError, StopSync, Throttled
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver

EMAIL = Column("email", "email", Kind.TEXT, "varchar")


def rows(*numbers: int, change: Change = Change.INSERTED) -> list[Row]:
    return [Row(n, change, {"email": f"person{n}@example.com"}) for n in numbers]


@pytest.fixture
def mailchimp(sandbox):
    url = sandbox.url("mailchimp")
    return Mailchimp(api_key="canary-us21", audience_id="main", base_url=url)


def service(account: Mailchimp, name: str, **options: Any):
    made = PLATFORMS["mailchimp"].services[name].Options(**options)
    return bound(account, name, made, Activation("vip__mailchimp", "vip", "mailchimp"))


def statuses(outcomes):
    return {n: each.status.value for n, each in outcomes.items()}


def test_the_address_is_that_of_the_keys_data_centre():
    account = Mailchimp(api_key="canary-us21", audience_id="main")
    assert account.validate() == []
    url = account.api._client.base_url
    assert url == "https://us21.api.mailchimp.com/3.0/lists/main"
    (problem,) = Mailchimp(api_key="canary", audience_id="main").validate()
    assert "set 'base_url'" in problem and "canary" not in problem


def test_the_credentials_are_shown_in_no_message(sandbox, mailchimp):
    packed = base64.b64encode(b"outhaul:canary-us21")
    fault = Fault("status", status=400, body={"detail": f"bad {packed.decode()}"})
    sandbox.add_faults(fault)
    with pytest.raises(OuthaulError) as caught:
        service(mailchimp, "segment").check([EMAIL])
    assert packed.decode() not in str(caught.value)


@pytest.mark.parametrize("status", ["transactional", "pending", "subscribed"])
def test_a_new_member_gets_a_status_and_nobody_elses_changes(
    sandbox, mailchimp, status
):
    deliver(service(mailchimp, "members", insert=True), [EMAIL], rows(1))
    held = sandbox.vendors["mailchimp"].held["members"]
    held["person1@example.com"]["status"] = "unsubscribed"
    members = service(mailchimp, "members", insert=True, new_status=status)
    deliver(members, [EMAIL], rows(1, 2))
    assert {name: each["status"] for name, each in held.items()} == {
        "person1@example.com": "unsubscribed",
        "person2@example.com": status,
    }


def test_columns_that_fit_no_field_are_refused_before_anything_is_sent(
    sandbox, mailchimp
):
    sandbox.vendors["mailchimp"].held["fields"]["SPENT"] = "number"
    columns = [
        EMAIL,
        Column("spent", "spent", Kind.TEXT, "varchar"),
        Column("shoe_size", "shoe_size", Kind.TEXT, "varchar"),
        Column("fname", "fname", Kind.TEXT, "varchar"),
        Column("FNAME", "FNAME", Kind.TEXT, "varchar"),
    ]
    with pytest.raises(ConfigurationError) as caught:
        service(mailchimp, "members").check(columns)
    said = str(caught.value)
    assert "the field SPENT is of type number: cast it in the select" in said
    assert "no field with the tag 'SHOE_SIZE': create it in Mailchimp" in said
    assert "'FNAME' and 'fname' are the same field to Mailchimp" in said


def test_those_whom_a_change_of_a_tag_passes_over_are_looked_up(sandbox, mailchimp):
    deliver(service(mailchimp, "members", insert=True), [EMAIL], rows(1, 2, 3))
    vip = service(mailchimp, "segment")
    assert statuses(deliver(vip, [EMAIL], rows(1))) == {1: "accepted"}
    again = statuses(deliver(vip, [EMAIL], rows(1, 2, 9)))
    assert again == {1: "accepted", 2: "accepted", 9: "missing"}
    gone = statuses(deliver(vip, [EMAIL], rows(2, 3, 9, change=Change.REMOVED)))
    assert gone == dict.fromkeys((2, 3, 9), "accepted")
    held = sandbox.vendors["mailchimp"].held["members"]
    assert [each["tags"] for each in held.values()] == [["1"], [], []]


def test_a_page_instead_of_an_answer_means_too_many_requests(sandbox, mailchimp):
    members = service(mailchimp, "members")
    members.prepare([EMAIL])
    (row,) = rows(1)
    items = Items.of([Encoded(row, members.encode(row))])
    page = {"status": 403, "body": b"<html>denied"}
    sandbox.add_faults(Fault("status", **page), Fault("status", status=403))
    with pytest.raises(Throttled):
        members.send(items)
    with pytest.raises(StopSync):
        members.send(items)


def test_a_tag_that_is_deleted_meanwhile_stops_the_sync(sandbox, mailchimp):
    vip = service(mailchimp, "segment")
    vip.prepare([EMAIL])
    sandbox.vendors["mailchimp"].held["tags"].clear()
    (row,) = rows(1)
    with pytest.raises(StopSync, match="deleted at Mailchimp"):
        vip.send(Items.of([Encoded(row, vip.encode(row))]))
