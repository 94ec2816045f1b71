"""`outhaul destinations`: the platforms, their settings and services, as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dispatcher.destinations import ACCOUNT_TYPES
from dispatcher.destinations.base import Account, Change, Service
from dispatcher.errors import ConfigurationError
from dispatcher.settings import REQUIRED, describe_settings, did_you_mean


@dataclass(frozen=True)
class DescribedSetting:
    """One key of `destinations.yml` or `meta.outhaul`; `default` only if optional."""

    name: str
    type: str
    required: bool
    default: Any
    secret: bool
    choices: list[Any] | None
    help: str


@dataclass(frozen=True)
class DescribedService:
    """One service. consumes: the changes that it acts on."""

    name: str
    title: str
    description: str
    consumes: list[str]
    identity: str | None
    is_membership: bool
    is_repeatable: bool
    options: list[DescribedSetting]


@dataclass(frozen=True)
class DescribedDestination:
    """One platform. type: the word for `destinations.yml`."""

    type: str
    title: str
    description: str
    settings: list[DescribedSetting]
    services: list[DescribedService]


def describe_destinations() -> list[DescribedDestination]:
    """Every platform that there is, by type."""
    return [_destination(ACCOUNT_TYPES[name]) for name in sorted(ACCOUNT_TYPES)]


def describe_destination(name: str) -> DescribedDestination:
    """One platform. Raises ConfigurationError where there is none of this type."""
    if name not in ACCOUNT_TYPES:
        raise ConfigurationError(
            f"there is no destination '{name}'{did_you_mean(name, ACCOUNT_TYPES)};"
            f" there are: {', '.join(sorted(ACCOUNT_TYPES))}"
        )
    return _destination(ACCOUNT_TYPES[name])


def _destination(account: type[Account]) -> DescribedDestination:
    return DescribedDestination(
        type=account.type,
        title=account.title,
        description=_first_line(account),
        settings=_settings(account),
        services=[_service(each) for each in account.services.values()],
    )


def _service(service: type[Service]) -> DescribedService:
    return DescribedService(
        name=service.name,
        title=service.title,
        description=_first_line(service),
        consumes=[
            change.value
            for change in (Change.INSERTED, Change.UPDATED, Change.REMOVED)
            if change in service.consumes
        ],
        identity=service.identity,
        is_membership=service.membership,
        is_repeatable=service.repeatable,
        options=_settings(service.Options),
    )


def _settings(cls: type) -> list[DescribedSetting]:
    return [
        DescribedSetting(
            name=each.name,
            type=each.type,
            required=each.default is REQUIRED,
            default=None if each.default is REQUIRED else each.default,
            secret=each.secret,
            choices=None if each.choices is None else list(each.choices),
            help=each.help,
        )
        for each in describe_settings(cls)
    ]


def _first_line(cls: type) -> str:
    return (cls.__doc__ or "").strip().split("\n")[0]
