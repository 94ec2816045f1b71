"""What Batch refuses, its stand-in refuses too; beside each what is accepted."""

from __future__ import annotations

import dataclasses

import pytest
import requests

from outhaul.errors import RequestRefused, StopSync, Throttled
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from outhaul.model import Kind, Status
from outhaul.sandbox import Sandbox
from outhaul.sandbox.limits import Bucket
from tests.destinations.batch_rows import (
    COLUMNS,
    CUSTOM_ID,
    account,
    column,
    row,
    service,
)
from tests.destinations.driver import deliver, send
from tests.destinations.driver import requests_of as batches_of


@pytest.fixture
def sandbox():
    with Sandbox() as running:
        yield running


@pytest.fixture
def batch(sandbox):
    return account(sandbox.url("batch"))


def profiles(sandbox):
    return sandbox.state()["batch"]["profiles"]


def update(sandbox, *attributes, version="2.11"):
    """The errors that Batch answers for profiles of these attributes."""
    body = [
        {"identifiers": {"custom_id": f"user-{number}"}, "attributes": given}
        for number, given in enumerate(attributes)
    ]
    headers = {"Authorization": "Bearer x", "X-Batch-Project": "project"}
    url = f"{sandbox.url('batch')}/{version}/profiles/update"
    answer = requests.post(url, json=body, headers=headers, timeout=30)
    if answer.status_code != 202:
        return answer.status_code
    return [each["bulk_index"] for each in answer.json().get("errors", [])]


@pytest.mark.parametrize(
    ("key", "refused", "accepted"),
    [
        ("$email_address", "ann", "ann@example.com"),
        ("$email_marketing", "yes", "subscribed"),
        ("$sms_marketing", True, "unsubscribed"),
        ("$phone_number", "0612345678", "+33612345678"),
        ("$language", "fr-FR", "fr"),
        ("$region", "fra", "FR"),
        ("$timezone", "Mars/Olympus", "Europe/Paris"),
        ("$topic_preferences", "news", ["news"]),
    ],
)
def test_native_attributes_have_their_forms(sandbox, key, refused, accepted):
    assert update(sandbox, {key: refused}, {key: accepted}, {key: None}) == [0]


def test_a_native_attribute_that_is_unknown_is_refused(sandbox):
    assert update(sandbox, {"$shoe_size": "44"}, {"$region": "FR"}) == [0]


def test_a_profile_takes_50_attributes_at_once(sandbox):
    most = {f"a{number}": number for number in range(50)}
    assert update(sandbox, most | {"one_more": 1}, most) == [0]
    assert list(profiles(sandbox)) == ["user-1"]


def test_an_attribute_keeps_its_type(sandbox, batch):
    assert update(sandbox, {"plan": "gold"}) == []
    assert update(sandbox, {"plan": 1}, {"plan": "silver"}, {"plan": None}) == [0]
    retyped = [CUSTOM_ID, column("plan", Kind.INTEGER)]
    outcome = deliver(service(batch, "profiles"), retyped, [row(1, plan=1)])[1]
    assert outcome.status is Status.REJECTED
    assert "'plan' was refused" in outcome.message
    assert (
        deliver(service(batch, "profiles"), COLUMNS, [row(1, plan="x")])[1]
        == (deliver(service(batch, "profiles"), COLUMNS, [row(2, plan="y")])[2])
    )


def test_an_attribute_of_an_app_keeps_its_type(sandbox, batch):
    users = service(batch, "contacts")
    assert deliver(users, COLUMNS, [row(1, plan="gold")])[1].status is Status.ACCEPTED
    retyped = service(batch, "contacts")
    retyped.prepare([CUSTOM_ID, column("plan", Kind.INTEGER)])
    with pytest.raises(RequestRefused):
        send_all(retyped, row(1, plan=1))


def send_all(made, *rows):
    items = Items.of(Encoded(each, made.encode(each)) for each in rows)
    return [send(made, request) for request in batches_of(made, items)]


@pytest.mark.parametrize("version", ["2.0", "2.14", "1.9", "3.1"])
def test_versions_that_do_not_exist_are_not_found(sandbox, version):
    assert update(sandbox, {"plan": "x"}, version=version) == 404
    assert update(sandbox, {"plan": "x"}, version="2.1") == []
    old = account(sandbox.url("batch"), api_version=version)
    with pytest.raises(StopSync, match="404"):
        service(old, "profiles").prepare(COLUMNS)


def test_keys_of_apps_and_projects_that_are_unknown_stop(sandbox, batch):
    sandbox.batch.apps = {"CANARYIOS", "CANARYANDROID"}
    sandbox.batch.projects = {"project"}
    for name, unknown in {
        "contacts": {"ios_key": "ANOTHER"},
        "profiles": {"project_key": "another"},
    }.items():
        other = dataclasses.replace(batch, **unknown)
        with pytest.raises(StopSync, match="check 'rest_api_key'"):
            service(other, name).prepare(COLUMNS)
        service(batch, name).prepare(COLUMNS)


def test_profiles_are_counted_not_requests(sandbox, batch):
    now = [0.0]
    sandbox.batch.rates["update"] = Bucket(300.0, 400.0, lambda: now[0])
    made = service(batch, "profiles")
    made.prepare(COLUMNS)
    rows = [row(number, plan="x") for number in range(200)]
    send_all(made, *rows)
    send_all(made, *rows)
    with pytest.raises(Throttled):
        send_all(made, *rows)
    now[0] += 0.5
    with pytest.raises(Throttled):
        send_all(made, *rows)
    now[0] += 0.2
    send_all(made, *rows)
