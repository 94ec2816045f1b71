"""A first diff of a service, ready to paste: made of what the service declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from outhaul.config.settings import REQUIRED, Setting, describe_settings
from outhaul.kit.platform import Platform
from outhaul.kit.service import Service
from outhaul.model import Kind

SEGMENT = "your_segment"
"""What the reader puts the name of a segment in the place of."""

_KEY = "customer_id"
_EVENT_KEY = "event_id"


@dataclass(frozen=True)
class FirstDiff:
    """Files of a project, as texts: the model, its YAML, the entry of the account."""

    name: str
    sql: str
    yml: str
    destinations: str


def first_diff(platform: Platform, service: str) -> FirstDiff:
    """For a destination that is called as its platform is."""
    found = platform.services[service]
    name = f"{SEGMENT}__{platform.type}_{service}"
    return FirstDiff(
        name,
        "".join(f"{line}\n" for line in _sql(found)),
        "".join(f"{line}\n" for line in _yml(platform, found, name)),
        "".join(f"{line}\n" for line in _entry(platform)),
    )


def example_columns(service: type[Service]) -> Mapping[str, Kind]:
    """What a first diff selects: the key, the identity, and what the service names."""
    others = service.example_columns
    key = service.identity or next(iter(others), _KEY)
    if not others and not service.membership:
        others = {"city": Kind.TEXT}
    keys = [key] if service.repeatable else [_EVENT_KEY]
    return {**dict.fromkeys(keys, Kind.TEXT), **others}


def _sql(service: type[Service]) -> Iterator[str]:
    columns = example_columns(service)
    yield "select"
    for number, (name, kind) in enumerate(columns.items(), 1):
        comma = "," * (number < len(columns))
        said = "" if kind is Kind.TEXT else f"  -- {kind.value}"
        yield f"    {name}{comma}{said}"
    yield f"from {{{{ ref('{SEGMENT}') }}}}"


def _yml(platform: Platform, service: type[Service], name: str) -> Iterator[str]:
    yield "models:"
    yield f"  - name: {name}"
    yield "    config:"
    yield "      materialized: diff"
    yield f"      unique_key: {next(iter(example_columns(service)))}"
    yield "      meta:"
    yield "        outhaul:"
    yield f"          destination: {platform.type}"
    yield f"          service: {service.name}"
    if not service.repeatable:
        yield "          append_only: true"
    left = []
    for option in describe_settings(service.Options):
        value = _chosen(option, service.example_options)
        if value is None:
            left.append(option.name)
        else:
            yield f"          {option.name}: {_written(value)}  # {option.help}"
    if left:
        yield f"          # further options: {', '.join(left)}"


def _entry(platform: Platform) -> Iterator[str]:
    yield "destinations:"
    yield f"  {platform.type}:"
    yield f"    type: {platform.type}"
    for setting in describe_settings(platform.account):
        if setting.default is not REQUIRED:
            continue
        variable = f"{platform.type}_{setting.name}".upper()
        value = f"\"{{{{ env_var('{variable}') }}}}\""
        yield f"    {setting.name}: {value}"


def _chosen(option: Setting, examples: Mapping[str, Any]) -> Any:
    """What stands for an option that somebody has to choose; None: its default does."""
    if option.name in examples:
        return examples[option.name]
    if option.default is REQUIRED:
        return option.name
    is_open = option.choices is not None and option.default not in option.choices
    return option.choices[0] if is_open and option.choices else None


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) or '""'
