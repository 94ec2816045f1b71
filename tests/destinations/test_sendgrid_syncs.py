"""Whole syncs to SendGrid whose imports do not tell which of their rows failed."""

from __future__ import annotations

import pytest

from outhaul.destinations.sendgrid import SendGrid
from outhaul.errors import RetryRequest
from outhaul.model import Change
from outhaul.sandbox.faults import Fault
from tests.destinations.sendgrid_rows import service
from tests.destinations.small_ledger import SmallLedger


@pytest.fixture
def account(sandbox):
    return SendGrid(
        api_key="SG.canary",
        base_url=sandbox.url("sendgrid"),
        writes_per_second=1_000.0,
        lookups_per_second=1_000.0,
        poll_seconds=0.01,
    )


@pytest.mark.parametrize("lookup_first", [False, True])
def test_one_bad_row_of_sixty_is_found_without_a_file_of_errors(
    sandbox, account, tmp_path, lookup_first
):
    bad = Fault(
        "errored", "PUT", emails=["person33@example.com"], file="unreadable", times=None
    )
    sandbox.add_faults(bad)
    ledger = SmallLedger(tmp_path, account)
    ledger.publish(
        60,
        service="contacts",
        insert=True,
        lookup_first=lookup_first,
        fields={"id": "customer_id", "firstname": "first_name"},
    )
    ledger.has_delivered()
    report = ledger.sync()
    assert report.accepted == {Change.INSERTED: 59}
    assert report.rejected == {Change.INSERTED: 1}
    rejected = ledger.run("select seq, code from outhaul_rejections")
    assert rejected == [(33, "import_failed")]
    assert ledger.run("select max(committed_seq) from outhaul_claims") == [(60,)]


def test_a_host_of_files_that_cannot_be_reached_is_asked_a_few_times(account):
    contacts = service(account, "contacts", insert=True)
    nobody = "http://127.0.0.1:9/errors.csv"
    for _ in range(2):
        with pytest.raises(RetryRequest):
            contacts._errors_file(nobody)
    assert contacts._errors_file(nobody) == b""
