"""What `outhaul check` tells who writes a destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from dispatcher.commands.check import check
from dispatcher.destinations import ACCOUNT_TYPES
from dispatcher.destinations.base import Account, Change, Service, setting
from dispatcher.destinations.declarations import declaration_problems


@pytest.mark.parametrize("name", sorted(ACCOUNT_TYPES))
def test_every_destination_is_declared_in_full(name):
    assert declaration_problems(ACCOUNT_TYPES[name]) == []


@dataclass(frozen=True)
class Options:
    """Options."""

    fine: str = setting("Fine.", default="")
    loose: int = 3


class Members(Service):
    name = "members"
    consumes = frozenset({Change.INSERTED})
    membership = True
    Options = Options


class Loose:
    """No dataclass."""


class Half(Service):
    name = "half"
    title = "Half"
    consumes = frozenset(Change)
    Options = Loose


@dataclass(frozen=True)
class Unfinished(Account):
    type = "unfinished"
    services = {"members": Members, "other": Half}

    wrong: tuple[str, ...] = setting("Wrong.", default=())


def test_all_that_is_missing_is_told_at_once():
    problems = "\n".join(declaration_problems(Unfinished))
    for expected in (
        "Unfinished lacks 'title'",
        "Members lacks 'title'",
        "Members does not implement: __init__, check, encode, limits, prepare, send",
        "Members keeps members, so it has to consume removed rows",
        "Options.loose is not made by setting(…)",
        "Half.name is 'half', but it is listed as 'other'",
        "Loose is no dataclass",
        "Unfinished.wrong: a setting cannot be of type tuple[str, ...]",
    ):
        assert expected in problems


class Session:
    """As much of a session as `check` asks for."""

    class warehouse:
        @staticmethod
        def grant_probes() -> list[Any]:
            return []

        @staticmethod
        def read_probes(record: Any) -> list[Any]:
            return []

    @staticmethod
    def may_send(binding: Any) -> bool:
        return True


class Binding:
    name = "vip__unfinished"
    record = None
    columns = ()

    class destination:
        account_class = Unfinished

    class service:
        @staticmethod
        def check(columns: Any) -> list[str]:
            return {"secret canary": 1}["canary"]


def test_a_mistake_in_the_code_of_a_destination_is_told_with_its_place():
    _, found = check(Session, [Binding])
    assert "Unfinished lacks 'title'" in found.problems
    assert "KeyError in check, test_declarations.py line" in found.problems[-1]
    assert "canary" not in found.problems[-1]
