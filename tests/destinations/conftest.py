"""A sandbox whose jobs end at once, and an account that lives there."""

from __future__ import annotations

import pytest

from outhaul.destinations.sendgrid import SendGrid
from outhaul.sandbox import Sandbox


@pytest.fixture
def sandbox():
    with Sandbox(job_seconds=0.0) as running:
        yield running


@pytest.fixture
def account(sandbox):
    return SendGrid(api_key="SG.canary-key", base_url=sandbox.url("sendgrid"))
