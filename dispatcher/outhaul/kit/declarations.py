"""What is wrong with a platform's declarations, told to who writes one."""

from __future__ import annotations

import dataclasses
import inspect

from outhaul.config.settings import describe_settings, identifying_settings
from outhaul.kit.platform import Platform
from outhaul.kit.service import Service
from outhaul.model import Change


def declaration_problems(platform: Platform) -> list[str]:
    """One sentence each; none where all is declared as `Account` and `Service` say."""
    account = platform.account
    problems = [
        f"{account.__name__} lacks '{name}'"
        for name in ("type", "title")
        if not getattr(account, name, None)
    ]
    problems += _settings_problems(account)
    if not problems and not identifying_settings(account):
        problems.append(
            f"no setting of {account.__name__} says which account it is: give"
            " 'identifies=True' to its address and to its key or id, so that another"
            " account in its place is noticed"
        )
    for name, service in platform.services.items():
        problems += _service_problems(name, service)
    return problems


def _service_problems(key: str, service: type[Service]) -> list[str]:
    who = service.__name__
    problems = [
        f"{who} lacks '{name}'"
        for name in ("name", "title", "consumes", "Options")
        if not getattr(service, name, None)
    ]
    missing = sorted(getattr(service, "__abstractmethods__", ()))
    if missing:
        problems.append(f"{who} does not implement: {', '.join(missing)}")
    if getattr(service, "name", key) != key:
        problems.append(f"{who}.name is '{service.name}', but it is listed as '{key}'")
    consumes: frozenset[Change] = getattr(service, "consumes", frozenset())
    if not set(consumes) <= set(Change):
        problems.append(f"{who}.consumes may hold members of Change alone")
    if service.membership and Change.REMOVED not in consumes:
        problems.append(f"{who} keeps members, so it has to consume removed rows")
    if service.membership and service.owns is Service.owns:
        problems.append(f"{who} keeps members, so `owns` has to say of what")
    return problems + _settings_problems(getattr(service, "Options", None))


def _settings_problems(declared: type | None) -> list[str]:
    if declared is None:
        return []
    who = declared.__name__
    if not dataclasses.is_dataclass(declared):
        return [f"{who} is not a dataclass: put @dataclass(frozen=True) above it"]
    problems = [
        f"{who}.{field.name} is not made by setting(…), so nobody can set it"
        for field in dataclasses.fields(declared)
        if field.init and "help" not in field.metadata
    ]
    if not inspect.getdoc(declared) or "__doc__" not in vars(declared):
        problems.append(f"{who} has no docstring, which the reference page shows")
    try:
        describe_settings(declared)
    except (TypeError, NameError) as error:
        problems.append(str(error))
    return problems
