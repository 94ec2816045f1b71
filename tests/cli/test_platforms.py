"""The main job at Batch and Emarsys: built by dbt, sent by the command, held there."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from outhaul.sandbox.faults import Fault
from tests.cli.shop import Shop

CANARY = "canary-7142-secret"
VISITS = """
select
    id as visit_id,
    'customer-' || id as custom_id,
    city,
    current_timestamp - interval '1 minute' as event_time
from people
"""
PEOPLE = "select lower(name) || '@example.com' as email, city from people"
MEMBERS = "select lower(name) || '@example.com' as email from people"


@pytest.fixture
def platforms(shop: Shop) -> Shop:
    """A shop whose diffs are bound by the test to Batch or Emarsys."""
    for name in ("members_out.sql", "members_out.yml"):
        (shop.folder / "models" / name).unlink()
    shop.environ |= {"BATCH_KEY": CANARY, "BATCH_IOS": "CANARYIOS", "EMARSYS": CANARY}
    emarsys = shop.sandbox.url("emarsys")
    destinations = {
        "batch": {
            "type": "batch",
            "rest_api_key": "{{ env_var('BATCH_KEY') }}",
            "ios_key": "{{ env_var('BATCH_IOS') }}",
            "project_key": "project",
            "base_url": shop.sandbox.url("batch"),
            "send_from": ["dev"],
            "requests_per_second": 1000,
            "profiles_per_second": 10_000,
        },
        "emarsys": {
            "type": "emarsys",
            "client_id": "client",
            "client_secret": "{{ env_var('EMARSYS') }}",
            "base_url": emarsys,
            "token_url": f"{emarsys}/oauth2/token",
            "send_from": ["dev"],
            "requests_per_second": 1000,
        },
    }
    content = yaml.safe_dump({"destinations": destinations})
    (shop.folder / "destinations.yml").write_text(content)
    return shop


def bind(shop: Shop, select: str, key: str, service: str, **outhaul: Any) -> None:
    shop.project.select(select)
    shop.project.configure(key, service=service, **outhaul)


def visits(shop: Shop, **outhaul: Any) -> None:
    outhaul = {"append_only": True, "event_name": "visit", **outhaul}
    bind(shop, VISITS, "visit_id", "events", destination="batch", **outhaul)


def events(shop: Shop) -> list[str]:
    return [each["custom_id"] for each in shop.sandbox.state()["batch"]["events"]]


def people(shop: Shop, *rows: tuple[int, str, str]) -> None:
    shop.project.people(*rows)
    shop.end_leases()
    shop.project.build()


ANN, BOB, EVE = (1, "Ann", "Oslo"), (2, "Bob", "Rome"), (3, "Eve", "Lyon")


def test_events_are_sent_once_whatever_becomes_of_their_rows(platforms, outhaul):
    visits(platforms)
    people(platforms, ANN, BOB)
    assert outhaul("check").code == 0
    assert outhaul("sync").code == 0
    people(platforms, (1, "Ann", "Paris"), EVE)
    assert outhaul("sync").code == 0
    people(platforms, ANN, BOB, EVE)
    assert outhaul("sync").code == 0
    assert sorted(events(platforms)) == ["customer-1", "customer-2", "customer-3"]


def test_A06_an_event_that_may_have_arrived_waits_for_a_person(platforms, outhaul):
    visits(platforms)
    people(platforms, ANN)
    assert outhaul("sync").code == 0
    people(platforms, ANN, BOB)
    fault = Fault("drop", path="*/update", skip=1, applied=True)
    platforms.sandbox.add_faults(fault)
    assert outhaul("sync").code == 1
    shown = outhaul("rejections", "--json").json
    assert [(each["kind"], each["again"]) for each in shown] == [
        ("unconfirmed", "outhaul retry")
    ]
    for _ in range(2):
        people(platforms, ANN, BOB, EVE)
        assert outhaul("sync").code == 0
    assert sorted(events(platforms)) == ["customer-1", "customer-2", "customer-3"]
    assert outhaul("status", "--json").json[0]["waiting"] == 1
    assert outhaul("retry", "people_out").code == 0
    people(platforms, ANN, BOB, EVE)
    assert outhaul("sync").code == 0
    assert events(platforms).count("customer-2") == 2
    assert outhaul("status", "--json").json[0]["waiting"] == 0


def test_events_need_an_append_only_diff_and_others_refuse_it(platforms, outhaul):
    visits(platforms, append_only=None)
    people(platforms, ANN)
    ran = outhaul("sync")
    assert ran.code == 2 and "set 'append_only: true'" in ran.err
    visits(platforms, identity="custom_id")
    people(platforms, ANN)
    ran = outhaul("sync")
    assert ran.code == 2 and "takes many rows of one 'custom_id'" in ran.err
    visits(platforms)
    people(platforms, ANN)
    assert outhaul("sync").code == 0
    assert events(platforms) == ["customer-1"]


def test_a_service_that_repeats_refuses_an_append_only_diff(platforms, outhaul):
    platforms.sandbox.emarsys.add_list("New")
    options = {"destination": "emarsys", "identity": "email"}
    options |= {"insert": True, "contact_list": "New"}
    bind(platforms, PEOPLE, "email", "contacts", append_only=True, **options)
    people(platforms, ANN)
    ran = outhaul("sync")
    assert ran.code == 2 and "remove the key" in ran.err
    bind(platforms, PEOPLE, "email", "contacts", **options)
    people(platforms, ANN)
    assert outhaul("sync").code == 0


def test_contacts_of_emarsys_are_created_in_two_steps_and_updated(platforms, outhaul):
    platforms.sandbox.emarsys.add_contact(email="ann@example.com")
    platforms.sandbox.emarsys.add_list("New")
    bind(
        platforms,
        PEOPLE,
        "email",
        "contacts",
        destination="emarsys",
        identity="email",
        insert=True,
        contact_list="New",
    )
    people(platforms, ANN, BOB)
    assert outhaul("sync").code == 0
    people(platforms, (1, "Ann", "Zürich"), BOB)
    assert outhaul("sync").code == 0
    held = platforms.sandbox.state()["emarsys"]["contacts"]
    assert [(c["email"], c["city"], c["lists"]) for c in held] == [
        ("ann@example.com", "Zürich", []),
        ("bob@example.com", "Rome", ["New"]),
    ]
    people(platforms, (1, "Ann", "Zürich"), BOB)
    before = len(platforms.requests())
    assert outhaul("sync").code == 0
    assert len(platforms.requests()) == before


def test_a_list_of_emarsys_follows_the_segment(platforms, outhaul):
    for name in ("ann", "bob", "eve"):
        platforms.sandbox.emarsys.add_contact(email=f"{name}@example.com")
    bind(platforms, MEMBERS, "email", "list", destination="emarsys", list_name="VIP")
    people(platforms, ANN, BOB)
    assert outhaul("sync").code == 0
    people(platforms, BOB, EVE)
    assert outhaul("sync").code == 0
    held = platforms.sandbox.state()["emarsys"]["contacts"]
    members = [contact["email"] for contact in held if "VIP" in contact["lists"]]
    assert members == ["bob@example.com", "eve@example.com"]


def test_users_of_batch_are_updated_and_never_created(platforms, outhaul):
    platforms.sandbox.batch.add_user("customer-1", "CANARYIOS")
    select = "select 'customer-' || id as custom_id, city from people"
    bind(platforms, select, "custom_id", "contacts", destination="batch")
    people(platforms, ANN, BOB)
    assert outhaul("sync").code == 0
    people(platforms, (1, "Ann", "Zürich"), BOB)
    assert outhaul("sync").code == 0
    users = platforms.sandbox.state()["batch"]["apps"]["CANARYIOS"]
    assert users == {"customer-1": {"u.city": "Zürich"}}


@pytest.mark.parametrize(
    ("destination", "select", "key", "service"),
    [
        (
            "batch",
            "select 'a' || id as custom_id, city from people",
            "custom_id",
            "contacts",
        ),
        ("emarsys", MEMBERS, "email", "list"),
    ],
)
def test_J01_no_command_shows_a_key_a_token_or_a_secret(
    platforms, outhaul, destination, select, key, service
):
    bind(platforms, select, key, service, destination=destination)
    people(platforms, ANN)
    echo = f"{CANARY} {'CANARYIOS' if destination == 'batch' else ''}".encode()
    platforms.sandbox.add_faults(
        Fault("status", status=401, body=echo, times=None, path="*")
    )
    for command in ("check", "plan", "sync", "status"):
        ran = outhaul(command)
        assert "canary" not in f"{ran.out}{ran.err}".lower()
    assert outhaul("sync", "--debug").code == 1
    ledger = platforms.project.run_sql("select * from shop.outhaul_syncs")
    assert ledger and "canary" not in str(ledger).lower()
