"""The contract suite, over every service that is registered."""

from __future__ import annotations

from contextlib import nullcontext
from uuid import uuid4

import orjson
import pytest

from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.lists import ContactList, ListOptions
from outhaul.model import ACCEPTED
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from tests.destinations.cases import CASES
from tests.destinations.contract import (
    ACTIVATION,
    CHECKS,
    Setup,
    check_that_the_stand_in_ends_as_expected,
    make_service,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[11:])
def test_the_contract_holds(check, case):
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        check(Setup(case, sandbox, make_service(case, case.url(sandbox))))


class AddsLeavers(ContactList):
    def _remove(self, items):
        contacts = [orjson.dumps({"email": item.found.email}) for item in items]
        return self._account.api.put_contacts(contacts, [], self._list_id)


class ReadsOnePage(ContactList):
    def prepare(self, columns):
        api = self._account.api
        page = api.call("GET", "/v3/marketing/lists", params={"page_size": "1000"})[
            "result"
        ]
        found = [each["id"] for each in page if each["name"] == "vip"]
        self._list_id = found[0] if found else api.create_list("vip (2)")


class MakesNewLists(ContactList):
    def prepare(self, columns):
        self._list_id = self._account.api.create_list(f"vip {uuid4()}")


class AcceptsStrangers(ContactList):
    def _found(self, address, contact, *, leave):
        return super()._found(address, contact, leave=leave) if contact else ACCEPTED


class CreatesStrangers(ContactList):
    def _found(self, address, contact, *, leave):
        contact = contact or Contact(email=address)
        return super()._found(address, contact, leave=leave)


@pytest.mark.parametrize(
    "connector",
    [
        ContactList,
        AddsLeavers,
        ReadsOnePage,
        MakesNewLists,
        AcceptsStrangers,
        CreatesStrangers,
    ],
)
def test_a_connector_whose_effects_are_wrong_breaks_the_contract(connector):
    (case,) = [case for case in CASES if case.name == "sendgrid-list"]
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        right = make_service(case, case.url(sandbox))
        made = connector(right._account, ListOptions(), ACTIVATION)
        expected = pytest.raises(AssertionError)
        with nullcontext() if connector is ContactList else expected:
            check_that_the_stand_in_ends_as_expected(Setup(case, sandbox, made))


def test_every_service_has_a_case():
    registered = {
        (vendor, service)
        for vendor, platform in PLATFORMS.items()
        for service in platform.services
    }
    assert {(case.vendor, case.service) for case in CASES} == registered
