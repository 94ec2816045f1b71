"""Lists that are deleted, renamed or swapped by hand, and accounts that change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from outhaul.destinations.sendgrid import SendGrid
from outhaul.destinations.webhook import Webhook
from outhaul.engine.summary import Result, Summary
from outhaul.kit.account import Account
from outhaul.ledger.records import Control
from outhaul.sandbox import Sandbox
from tests.destinations import emarsys_rows
from tests.destinations.small_ledger import NAME, SmallLedger

BEHIND_20 = "n + 20, 'person' || n + 20 || '@example.com', 'Zoë'"


class Place:
    """An account of a vendor, and the list that 20 people were put on."""

    def __init__(self, vendor: str, sandbox: Sandbox, folder: Path) -> None:
        self.vendor = vendor
        self.sandbox = sandbox
        self.stand_in: Any = sandbox.vendors[vendor]
        self.ledger = SmallLedger(folder, self.account())
        for number in range(1, 23):
            self.stand_in.add_contact(email=f"person{number}@example.com")
        self.publish(20, 1)
        assert self.ledger.sync().result is Result.SUCCEEDED

    def account(self) -> Account:
        url = self.sandbox.url(self.vendor)
        if self.vendor == "emarsys":
            return emarsys_rows.account(url)
        return SendGrid(api_key="SG.one", base_url=url, poll_seconds=0.01)

    def publish(self, rows: int, generation: int, **settings: Any) -> None:
        self.ledger.publish(
            rows,
            service="list",
            generation=generation,
            **{"list_name": "VIP", **settings},
        )

    def two_join(self, **settings: Any) -> Summary:
        """A build finds two more people, beside 20 that are acknowledged."""
        self.publish(2, 2, acknowledged=20, select=BEHIND_20, **settings)
        return self.ledger.sync()

    def decide(self, action: str) -> None:
        warehouse = self.ledger.warehouse()
        warehouse.control(warehouse.activation(NAME), action, "ann")

    def on_list(self, name: str = "VIP") -> int:
        contacts = self.sandbox.state()[self.vendor]["contacts"]
        return sum(name in contact["lists"] for contact in contacts)

    def lists(self) -> list[str]:
        listed = self.sandbox.state()[self.vendor]["lists"]
        return [each["name"] if isinstance(each, dict) else each for each in listed]


@pytest.fixture(params=["sendgrid", "emarsys"])
def place(
    request: pytest.FixtureRequest, sandbox: Sandbox, tmp_path: Path
) -> Iterator[Place]:
    yield Place(request.param, sandbox, tmp_path)


def test_what_a_sync_created_is_told_and_kept(place: Place) -> None:
    ended = "select created from outhaul_syncs where status <> 'running'"
    told = place.ledger.run(ended)
    assert told == [("[\"list 'VIP'\"]",)]
    assert place.two_join().created == []


def test_a_list_deleted_by_hand_stops_the_sync_until_a_resync(place: Place) -> None:
    place.stand_in.delete_list("VIP")
    report = place.two_join()
    assert (report.result, report.exit_code) == (Result.MISCONFIGURED, 2)
    assert "list 'VIP', which holds its rows, is gone" in report.message
    assert f"outhaul resync {NAME}" in report.message
    assert place.lists() == []
    assert place.ledger.sync().result is Result.MISCONFIGURED
    place.decide("resync")
    assert place.ledger.sync().accepted.total() == 2
    assert place.lists() == ["VIP"]


def test_a_list_deleted_and_made_anew_by_hand_is_another_one(place: Place) -> None:
    place.stand_in.delete_list("VIP")
    place.stand_in.add_contact("VIP", email="else@example.com")
    report = place.two_join()
    assert report.result is Result.MISCONFIGURED
    assert "another one" in report.message
    assert place.on_list() == 1
    place.decide("rebind")
    assert place.ledger.sync().accepted.total() == 2
    assert place.on_list() == 3


def test_a_list_renamed_by_hand_is_followed_and_told(place: Place) -> None:
    place.stand_in.rename_list("VIP", "Our best")
    report = place.two_join()
    assert report.result is Result.SUCCEEDED
    assert "list 'VIP' is called 'Our best' there now" in report.notes
    assert (place.lists(), place.on_list("Our best")) == (["Our best"], 22)
    again = place.two_join(list_name="Our best")
    assert (again.result, again.notes) == (Result.NOTHING, [])


def test_a_list_renamed_at_both_ends_is_the_same(place: Place) -> None:
    place.stand_in.rename_list("VIP", "Our best")
    assert place.two_join(list_name="Our best").result is Result.SUCCEEDED
    assert place.on_list("Our best") == 22


@pytest.mark.parametrize("there", [True, False])
def test_another_list_name_moves_nobody_until_a_resync(
    place: Place, there: bool
) -> None:
    if there:
        place.stand_in.add_contact("Guests", email="else@example.com")
    report = place.two_join(list_name="Guests")
    assert report.result is Result.MISCONFIGURED
    assert "were delivered to list 'VIP'" in report.message
    assert "now bound to list 'Guests'" in report.message
    assert (place.on_list(), place.on_list("Guests")) == (20, int(there))
    place.decide("resync")
    assert place.ledger.sync().accepted.total() == 2
    assert (place.on_list(), place.on_list("Guests")) == (20, 2 + there)


def test_a_segment_that_is_renamed_is_another_list_by_default(place: Place) -> None:
    place.decide("resync")
    place.publish(20, 2, list_name="", acknowledged=20)
    assert place.ledger.sync().result is Result.SUCCEEDED
    assert place.on_list("people") == 20
    place.publish(2, 3, list_name="", segment="persons", acknowledged=20)
    report = place.ledger.sync()
    assert report.result is Result.MISCONFIGURED
    assert "now bound to list 'persons'" in report.message


def test_where_nothing_is_held_any_list_may_be_taken(place: Place) -> None:
    place.publish(2, 2, list_name="Guests", acknowledged=0, select=BEHIND_20)
    assert place.ledger.sync().result is Result.SUCCEEDED
    assert place.on_list("Guests") == 2


def sendgrid(sandbox: Sandbox, **settings: Any) -> SendGrid:
    return SendGrid(
        **{
            "api_key": "SG.one",
            "base_url": sandbox.url("sendgrid"),
            "poll_seconds": 0.01,
            **settings,
        }
    )


@pytest.mark.parametrize("change", [{"api_key": "SG.two"}, {"on_behalf_of": "sub"}])
def test_another_account_gets_nothing_until_somebody_says_how(
    sandbox: Sandbox, tmp_path: Path, change: dict[str, str]
) -> None:
    ledger = SmallLedger(tmp_path, sendgrid(sandbox))
    for number in range(1, 23):
        sandbox.sendgrid.add_contact(email=f"person{number}@example.com")
    binding = {"service": "list", "list_name": "VIP"}
    ledger.publish(20, **binding)
    assert ledger.sync().result is Result.SUCCEEDED
    ledger.publish(2, generation=2, acknowledged=20, select=BEHIND_20, **binding)
    ledger.account = replace(sendgrid(sandbox), **change)
    report = ledger.sync()
    assert (report.result, report.exit_code) == (Result.MISCONFIGURED, 2)
    assert "account" in report.message and "outhaul rebind" in report.message
    assert "SG." not in report.message
    assert sandbox.state()["sendgrid"]["lists"][0]["contact_count"] == 20
    warehouse = ledger.warehouse()
    warehouse.control(warehouse.activation(NAME), "rebind", "ann", "new key")
    assert ledger.sync().accepted.total() == 2


def test_the_ledger_holds_no_key(sandbox: Sandbox, tmp_path: Path) -> None:
    ledger = SmallLedger(tmp_path, sendgrid(sandbox))
    ledger.publish(1, service="list", list_name="VIP")
    ledger.sync()
    (accounts,) = ledger.run("select list(account) from outhaul_syncs")
    assert "SG." not in str(accounts) and "api_key #" in str(accounts)


def webhook(sandbox: Sandbox, url: str = "") -> Webhook:
    return Webhook(
        url=url or sandbox.url("webhook"),
        secret_headers={"Authorization": "Bearer canary"},
        allow_private=True,
        request_seconds=5.0,
    )


def test_another_address_or_path_of_a_webhook_is_another_place(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    ledger = SmallLedger(tmp_path, webhook(sandbox))
    ledger.publish(20, service="changes", path="/people")
    assert ledger.sync().result is Result.SUCCEEDED
    ledger.publish(2, generation=2, acknowledged=20, service="changes", path="/guests")
    assert "path '/guests'" in ledger.sync().message
    ledger.publish(2, generation=3, acknowledged=20, service="changes", path="/people")
    ledger.account = webhook(sandbox, sandbox.url("webhook") + "/other")
    report = ledger.sync()
    assert report.result is Result.MISCONFIGURED
    assert report.message.count("url http://127.0.0.1") == 2
    ledger.account = webhook(sandbox, sandbox.url("webhook") + "/")
    assert ledger.sync().result is Result.SUCCEEDED


def test_an_address_that_never_took_a_row_may_be_mended(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    ledger = SmallLedger(tmp_path, webhook(sandbox, sandbox.url() + "/nobody"))
    ledger.publish(20, service="changes")
    assert ledger.sync().accepted.total() == 0
    ledger.publish(20, generation=2, acknowledged=20, service="changes")
    ledger.account = webhook(sandbox)
    assert ledger.sync().accepted.total() == 20


def test_a_sync_that_was_killed_after_a_commit_has_a_place(place: Place) -> None:
    place.ledger.run("delete from outhaul_syncs where status <> 'running'")
    report = place.two_join(list_name="Guests")
    assert report.result is Result.MISCONFIGURED


def test_a_control_of_the_past_is_no_control_of_now(place: Place) -> None:
    place.decide("rebind")
    assert place.two_join().result is Result.SUCCEEDED
    place.publish(2, 3, acknowledged=22, list_name="Guests")
    assert place.ledger.sync().result is Result.MISCONFIGURED
    controls = place.ledger.warehouse().controls(["rebind"])
    assert isinstance(controls[NAME], Control)


FIELDS = {
    "sendgrid": {"id": "number", "firstname": "nick"},
    "emarsys": {"id": "number", "firstname": "nick"},
}


@pytest.mark.parametrize("how", ["kept", "deleted", "made anew by hand"])
@pytest.mark.parametrize("vendor", sorted(FIELDS))
def test_a_field_made_anew_has_all_rows_sent_again(
    sandbox: Sandbox, tmp_path: Path, vendor: str, how: str
) -> None:
    stand_in: Any = sandbox.vendors[vendor]
    url = sandbox.url(vendor)
    account: Account = sendgrid(sandbox)
    if vendor == "emarsys":
        account = emarsys_rows.account(url)
        stand_in.add_list("New")
    ledger = SmallLedger(tmp_path, account)
    binding: dict[str, Any] = {
        "service": "contacts",
        "insert": True,
        "identity": "email",
        "fields": FIELDS[vendor],
        **({"contact_list": "New"} if vendor == "emarsys" else {}),
    }
    ledger.publish(20, **binding)
    first = ledger.sync()
    assert first.accepted.total() == 20
    assert [each.split("'")[1] for each in first.created] == ["number", "nick"]
    if how != "kept":
        stand_in.delete_field("nick")
    if how == "made anew by hand":
        kind = "Text" if vendor == "sendgrid" else "shorttext"
        stand_in.add_field("nick", kind)
    ledger.publish(1, generation=2, acknowledged=20, **binding)
    report = ledger.sync()
    assert report.accepted.total() == 1
    assert len(report.created) == (how == "deleted")
    controls = ledger.run("select action, actor, reason from outhaul_controls")
    if how == "kept":
        assert (controls, report.notes) == ([], [])
        return
    ((action, actor, reason),) = controls
    assert (action, actor) == ("resend", "outhaul")
    assert "'nick'" in reason and "'number'" not in reason
    assert report.notes == [f"{reason}; the next build sends all rows again"]
    ledger.publish(1, generation=3, acknowledged=20, **binding)
    assert ledger.sync().notes == []


def test_an_activation_that_is_renamed_goes_on_at_the_old_place(place: Place) -> None:
    warehouse = place.ledger.warehouse()
    record = warehouse.activation(NAME)
    new = replace(record, name="people__new")
    assert list(warehouse.places()) == [NAME]
    warehouse.control(record, "rename", "ann", subject=new.name)
    assert warehouse.places()[new.name] == warehouse.places()[NAME]
    warehouse.control(new, "resync", "ann")
    assert list(warehouse.places()) == [NAME]
