"""What services say of a diff's columns without asking anybody."""

from __future__ import annotations

import pytest

from outhaul.kit.contract import column_problems, taken_fields
from outhaul.ledger.kinds import kind_of
from outhaul.model import Column
from outhaul.registry.first_diff import example_columns
from outhaul.registry.platforms import PLATFORMS
from tests.destinations.cases import CASES

KLAVIYO = PLATFORMS["klaviyo"].services
BATCH = PLATFORMS["batch"].services
SERVICES = [
    pytest.param(service, id=f"{platform.type}-{name}")
    for platform in PLATFORMS.values()
    for name, service in platform.services.items()
]


def columns(**types):
    return [Column(name, name, kind_of(each), each) for name, each in types.items()]


def problems(service, types, **options):
    made = service.Options(**options)
    return [each.text for each in column_problems(service, made, columns(**types))]


class OnlyItsOwn(KLAVIYO["contacts"]):
    others = ""


def test_columns_of_the_right_types_have_no_problem():
    sound = {"email": "text", "latitude": "double", "visits": "json", "ip": "varchar"}
    assert problems(KLAVIYO["contacts"], sound) == []


@pytest.mark.parametrize(
    ("types", "problem"),
    [
        ({"first_name": "text"}, "there is no column 'email', by which 'contacts'"),
        ({"email": "bigint"}, "'email' is bigint, and an e-mail address is needed"),
        ({"email": "text", "latitude": "text"}, "'latitude' is text, and a number is"),
    ],
)
def test_what_is_missing_or_of_another_type_is_named(types, problem):
    (found,) = problems(KLAVIYO["contacts"], types)
    assert found.startswith(problem)


def test_a_type_that_nobody_knows_may_be_right():
    assert problems(KLAVIYO["contacts"], {"email": "citext2", "latitude": ""}) == []


def test_a_column_is_refused_where_a_service_takes_its_own_alone():
    types = {"email": "text", "shoe_size": "int"}
    (found,) = problems(OnlyItsOwn, types)
    assert found.startswith("'shoe_size' is no field of the service: it has email, ")
    assert problems(KLAVIYO["contacts"], types) == []


def test_options_say_what_is_needed_besides():
    subscriptions, text = KLAVIYO["subscription_list"], {"email": "text"}
    assert problems(subscriptions, text) == []
    (found,) = problems(subscriptions, text, channel="sms")
    assert found == "there is no column 'phone_number', which 'channel: sms' needs"
    events = {"custom_id": "text", "event_time": "timestamp"}
    assert problems(BATCH["events"], events, event_name="bought") == []
    assert len(problems(BATCH["events"], events)) == 1


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_columns_that_are_delivered_in_the_tests_have_no_problem(case):
    service = PLATFORMS[case.vendor].services[case.service]
    options = service.Options(**case.options)
    assert list(column_problems(service, options, case.columns)) == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_first_diff_has_what_is_needed(service):
    found = {each.name for each in taken_fields(service) if each.is_required}
    assert found <= {*example_columns(service)}


def test_the_reference_has_length_values_and_nulls():
    found = {
        each.name: each
        for each in taken_fields(PLATFORMS["braze"].services["attributes"])
    }
    assert found["external_id"].is_required and found["external_id"].longest == 997
    assert found["external_id"].null == "refuses the row"
    assert found["email_subscribe"].values == "opted_in, subscribed, unsubscribed"
    assert found["country"].values == "`[A-Z]{2}`"
    assert found["dob"] == ("dob", "a date", False, None, "", "as `null_mode` says")
