"""What `outhaul check` tells who writes a destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from outhaul.cli.check import check_binding
from outhaul.config.settings import setting
from outhaul.kit.account import Account
from outhaul.kit.declarations import declaration_problems
from outhaul.kit.platform import Platform
from outhaul.kit.service import Service
from outhaul.model import Change
from outhaul.registry.platforms import PLATFORMS


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_every_destination_is_declared_in_full(name):
    assert declaration_problems(PLATFORMS[name]) == []


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

    wrong: tuple[str, ...] = setting("Wrong.", default=())


PLATFORM = Platform(Unfinished, {"members": Members, "other": Half})


def test_all_that_is_missing_is_told_at_once():
    problems = "\n".join(declaration_problems(PLATFORM))
    for expected in (
        "Unfinished lacks 'title'",
        "Members lacks 'title'",
        "Members does not implement: __init__, check, encode, limits, prepare, send",
        "Members keeps members, so it has to consume removed rows",
        "Members keeps members, so `owns` has to say of what",
        "Options.loose is not made by setting(…)",
        "Half.name is 'half', but it is listed as 'other'",
        "Loose is not a dataclass",
        "Unfinished.wrong: a setting cannot be of type tuple[str, ...]",
    ):
        assert expected in problems


class Session:
    """As much of a session as a check asks for."""

    @staticmethod
    def may_send(binding: Any) -> bool:
        return True


class Binding:
    name = "vip__unfinished"
    columns = ()

    class destination:
        platform = PLATFORM

    class service:
        @staticmethod
        def check(columns: Any) -> list[str]:
            return {"secret canary": 1}["canary"]


def test_a_mistake_in_the_code_of_a_destination_is_told_with_its_place():
    found = check_binding(Session, Binding)
    assert "Unfinished lacks 'title'" in found.problems
    assert "KeyError in check, test_declarations.py line" in found.problems[-1]
    assert "canary" not in found.problems[-1]
