"""`outhaul destinations`: the platforms, their settings and services, as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from outhaul.config.settings import REQUIRED, describe_settings, did_you_mean
from outhaul.errors import ConfigurationError
from outhaul.kit.platform import Platform
from outhaul.kit.service import Service
from outhaul.model import Change
from outhaul.registry.platforms import PLATFORMS


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
    return [_destination(PLATFORMS[name]) for name in sorted(PLATFORMS)]


def describe_destination(name: str) -> DescribedDestination:
    """One platform. Raises ConfigurationError where there is none of this type."""
    if name not in PLATFORMS:
        raise ConfigurationError(
            f"there is no destination '{name}'{did_you_mean(name, PLATFORMS)};"
            f" there are: {', '.join(sorted(PLATFORMS))}"
        )
    return _destination(PLATFORMS[name])


def _destination(platform: Platform) -> DescribedDestination:
    return DescribedDestination(
        type=platform.type,
        title=platform.title,
        description=_first_line(platform.account),
        settings=_settings(platform.account),
        services=[_service(each) for each in platform.services.values()],
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
