"""The destination that CONTRIBUTING.md shows is a whole one, in under 100 lines."""

from __future__ import annotations

import sys
from datetime import date
from decimal import Decimal
from types import ModuleType

import pytest

from outhaul.kit.declarations import declaration_problems
from outhaul.model import Change, Column, Kind, Row
from outhaul.registry.platforms import PLATFORMS
from tests.destinations.cases import SECRET, Case
from tests.destinations.contract import CHECKS, Setup, make_service
from tests.docs.pages import ROOT, code

(EXAMPLE,) = code((ROOT / "CONTRIBUTING.md").read_text("utf-8"), "python")
VALUES = {"firstname": "Zoë", "spent": Decimal("12.50"), "seen": date(2026, 1, 31)}
CASE = Case(
    vendor="loyalty",
    service="members",
    account=lambda url: {"api_key": SECRET, "base_url": url},
    columns=[
        Column("email", "email", Kind.TEXT, "varchar"),
        *(Column(name, name, Kind.OTHER, "any") for name in VALUES),
    ],
    rows=[
        Row(n, change, {"email": f"person{n}@example.com", **VALUES})
        for n, change in enumerate([Change.INSERTED, Change.UPDATED], start=1)
    ],
    refused=[{"email": "nobody"}, {"spent": float("nan")}, {"firstname": "\ud800"}],
    write=("PUT", "*"),
    content=lambda sandbox: sandbox.state()["webhook"]["rows"],
    ends={
        f"person{n}@example.com": {
            "email": f"person{n}@example.com",
            "firstname": "Zoë",
            "spent": 12.5,
            "seen": "2026-01-31",
        }
        for n in (1, 2)
    },
    stand_in="webhook",
    asks_first=False,
)


@pytest.fixture
def loyalty(monkeypatch):
    module = ModuleType("loyalty")
    monkeypatch.setitem(sys.modules, "loyalty", module)
    exec(compile(EXAMPLE, "CONTRIBUTING.md", "exec"), module.__dict__)  # noqa: S102
    monkeypatch.setitem(PLATFORMS, "loyalty", module.PLATFORM)
    return module.PLATFORM


def test_it_has_fewer_than_100_lines_of_at_most_88_characters(loyalty):
    lines = EXAMPLE.splitlines()
    assert len(lines) < 100
    assert max(map(len, lines)) <= 88
    assert declaration_problems(loyalty) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[11:])
def test_it_keeps_the_contract(check, loyalty, sandbox):
    check(Setup(CASE, sandbox, make_service(CASE, CASE.url(sandbox))))
