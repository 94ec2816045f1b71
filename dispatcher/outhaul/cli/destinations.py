"""`outhaul destinations`: the platforms, their settings and services, as declared."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from outhaul.cli.options import json_option
from outhaul.cli.output import print_note, show
from outhaul.cli.tables import Table
from outhaul.config.settings import REQUIRED, describe_settings, did_you_mean
from outhaul.errors import ConfigurationError
from outhaul.kit.contract import TakenField, taken_fields
from outhaul.kit.platform import Platform
from outhaul.kit.service import Service
from outhaul.model import Change
from outhaul.registry.first_diff import SEGMENT, FirstDiff, first_diff
from outhaul.registry.installed import Installed


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
    """One platform. type: the word for `destinations.yml`.

    interfaces: versions of the vendor's interface, and the day each ends if known.
    package: that which registers it; empty: it is one of ours.
    """

    type: str
    title: str
    description: str
    interfaces: list[str]
    package: str
    settings: list[DescribedSetting]
    services: list[DescribedService]


@dataclass(frozen=True)
class ServiceStart(FirstDiff):
    """A first diff, and what the service takes of its columns.

    others: what becomes of a column that is none of `fields`; empty: it is refused.
    """

    fields: list[TakenField]
    others: str


@click.command("destinations")
@click.argument("name", required=False, metavar="[TYPE]")
@click.argument("service", required=False, metavar="[SERVICE]")
@json_option
def command(name: str | None, service: str | None, as_json: bool) -> int:
    """List the destinations, or show one; a service's fields and a first diff."""
    if name is not None and service is not None:
        start = start_of(name, service)
        show(start, Group(_fields_table(start), Text(), _pasted(start)), as_json)
        return 0
    if name is None:
        platforms = Installed()
        problems = platforms.problems()
        found = describe_destinations(platforms)
        show(found, _listed(found), as_json)
        for problem in problems:
            print_note(problem)
    else:
        one = describe_destination(name)
        show(one, _shown(one), as_json)
    return 0


def describe_destinations(platforms: Installed) -> list[DescribedDestination]:
    """Every platform that there is and is not broken, by type."""
    found = []
    for name in sorted(platforms):
        with suppress(ConfigurationError):
            found.append(_destination(platforms[name], platforms.package_of(name)))
    return found


def describe_destination(name: str) -> DescribedDestination:
    """One platform. Raises ConfigurationError where there is none of this type."""
    platforms = _installed(name)
    return _destination(platforms[name], platforms.package_of(name))


def _installed(name: str) -> Installed:
    platforms = Installed()
    if name not in platforms:
        raise ConfigurationError(
            f"there is no destination '{name}'{did_you_mean(name, platforms)};"
            f" there are: {', '.join(sorted(platforms))}"
        )
    return platforms


def start_of(name: str, service: str) -> ServiceStart:
    """A first diff and its fields. Raises ConfigurationError for an unknown service."""
    platform = _installed(name)[name]
    services = platform.services
    if service not in services:
        raise ConfigurationError(
            f"'{name}' has no service '{service}'{did_you_mean(service, services)};"
            f" it has: {', '.join(services)}"
        )
    found = services[service]
    first = first_diff(platform, service)
    return ServiceStart(**vars(first), fields=taken_fields(found), others=found.others)


def _destination(platform: Platform, package: str) -> DescribedDestination:
    return DescribedDestination(
        type=platform.type,
        title=platform.title,
        description=_first_line(platform.account),
        interfaces=[str(each) for each in platform.account.interfaces],
        package=package,
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


def _listed(found: Sequence[DescribedDestination]) -> RenderableType:
    """One line a service."""
    has_others = any(each.package for each in found)
    columns = ["type", "destination", "service", "acts on", "does", "interface"]
    table = Table(*columns, *["package"] * has_others)
    for each in found:
        for service in each.services:
            is_first = service is each.services[0]
            table.add_row(
                each.type if is_first else "",
                each.title if is_first else "",
                service.name,
                ", ".join(service.consumes),
                service.description,
                "; ".join(each.interfaces) if is_first else "",
                *[each.package if is_first else ""] * has_others,
            )
    hint = Text(
        "  'outhaul destinations TYPE' shows settings and options, and with a SERVICE"
        " a first diff to paste"
    )
    return Group(table, hint)


def _shown(found: DescribedDestination) -> RenderableType:
    """All of one platform."""
    parts: list[RenderableType] = [
        Text(f"{found.title}: {found.description}"),
        *(Text(f"Interface: {each}") for each in found.interfaces),
        *([Text(f"Package: {found.package}")] if found.package else []),
        Text(f"\ndestinations.yml, type: {found.type}"),
        _settings_table(found.settings),
    ]
    for service in found.services:
        identity = f", identity: {service.identity}" if service.identity else ""
        parts += [
            Text(f"service: {service.name}{identity}"),
            Text(f"  {service.description}"),
            Text(f"  Acts on rows {', '.join(service.consumes)}."),
            *([] if service.is_repeatable else [Text("  Sends every row once.")]),
            _settings_table(service.options),
        ]
    return Group(*parts)


def _fields_table(start: ServiceStart) -> RenderableType:
    """What the service takes, one line a column."""
    table = Table("column", "type", "longest", "values", "null")
    for each in start.fields:
        name = f"{each.name} (required)" if each.is_required else each.name
        longest = "" if each.longest is None else str(each.longest)
        table.add_row(name, each.type, longest, each.values, each.null)
    others = start.others or "is refused"
    told = Text(f"  Any other column {others}.")
    return Group(table, told) if start.fields else told


def _pasted(start: FirstDiff) -> RenderableType:
    """Three files, each under its name."""
    folder = f"models/diffs/{start.name}"
    files = {f"{folder}.sql": start.sql, f"{folder}.yml": start.yml}
    files["destinations.yml"] = start.destinations
    shown = [Text(f"# {name}\n\n{text}") for name, text in files.items()]
    hint = f"# Put the name of a segment in the place of {SEGMENT}."
    return Group(*shown, Text(hint))


def _settings_table(settings: Sequence[DescribedSetting]) -> RenderableType:
    table = Table("key", "type", "default", "meaning")
    for each in settings:
        choices = ", ".join(map(str, each.choices or ()))
        meaning = f"{each.help} One of: {choices}." if choices else each.help
        if each.secret:
            meaning += " Secret: from env_var alone."
        table.add_row(each.name, each.type, _default_of(each), meaning)
    return Padding(table, (0, 0, 0, 2))


def _default_of(setting: DescribedSetting) -> str:
    if setting.required:
        return "required"
    if isinstance(setting.default, bool):
        return str(setting.default).lower()
    empty = setting.default in ("", [], {})
    return "none" if empty else f"{setting.default}"
