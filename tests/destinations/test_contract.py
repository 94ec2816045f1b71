"""The contract suite, over every service that is registered."""

from __future__ import annotations

import pytest

from dispatcher.destinations import ACCOUNT_TYPES
from dispatcher.sandbox import Sandbox
from tests.destinations.cases import CASES
from tests.destinations.contract import CHECKS, Setup, make_service


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[11:])
def test_the_contract_holds(check, case):
    with Sandbox(job_seconds=0.0) as sandbox:
        case.seed(sandbox)
        check(Setup(case, sandbox, make_service(case, case.url(sandbox))))


def test_every_service_has_a_case():
    registered = {
        (vendor, service)
        for vendor, account in ACCOUNT_TYPES.items()
        for service in account.services
    }
    assert {(case.vendor, case.service) for case in CASES} == registered
