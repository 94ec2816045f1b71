"""JSON schemas of `destinations.yml` and of a diff's `meta.outhaul`, for editors.

They come from the same declarations as the checks and the reference pages; what those
do not declare, keys of ours, is described by the tables of docs/configuration.md.
Draft 7, which editors know best.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from outhaul.config.settings import REQUIRED, Setting, describe_settings
from outhaul.kit.guarded import MESSAGES
from outhaul.kit.platform import Platform
from outhaul.registry.destinations import NAME, SHARED_KEYS
from outhaul.registry.diff_keys import BUILD_KEYS, DIFF_KEYS, DispatchOptions
from outhaul.registry.platforms import PLATFORMS
from outhaul.report.manifest import KINDS

Schema = dict[str, Any]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "configuration.md"
# Headings of it.
_BUILD = "Keys that the build uses"
_FILE = "destinations.yml"

_TYPES: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    list[str]: {"type": "array", "items": {"type": "string"}},
    dict[str, str]: {"type": "object", "additionalProperties": {"type": "string"}},
}
# Defaults that say that nothing was written.
_NONE = ("", [], {})
_TEMPLATE = {"type": "string", "pattern": r"\{\{"}
_PLAIN = {"type": "string", "minLength": 1, "not": _TEMPLATE}
# Calls of env_var without a default, with or without filters, and nothing else.
_SECRET = {
    "type": "string",
    "pattern": r"^\s*(\{\{\s*env_var\(\s*(\"[^\"]+\"|'[^']+')\s*\)"
    r"(\s*\|\s*\w+)*\s*\}\}\s*)+$",
}
_SHARE = {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, _TEMPLATE]}
_BUILD_KEYS: dict[str, Schema] = {
    "destination": {"type": "string", "minLength": 1},
    "append_only": {"anyOf": [{"type": "boolean"}, _TEMPLATE], "default": False},
    "identity": {"type": "string"},
    "prefer": {"type": "string"},
    "max_invalid": {**_SHARE, "default": 0.05},
    "max_removed": {**_SHARE, "default": 0.2},
    "unsuppressed": {"anyOf": [{"type": "boolean"}, _TEMPLATE], "default": False},
    "refresh_after": {"type": "string", "pattern": r"^[1-9][0-9]{0,3} days?$|\{\{"},
}

# What models that are no diff say of themselves.
_OF_OTHERS: dict[str, Schema] = {
    "parent": {
        "description": "Of a segment: the model that it is a part of.",
        "type": "string",
    },
    "report": {
        "description": "What `outhaul report` shows this model as.",
        "enum": list(KINDS),
    },
    "max_rounds": {
        "description": "Of a resolved model: in how many rounds records are joined.",
        "type": "integer",
        "minimum": 1,
        "default": 30,
    },
}
_NO_DIFF = {"anyOf": [{"required": [name]} for name in _OF_OTHERS]}


def destinations() -> Schema:
    """The schema of `destinations.yml`."""
    entry = {
        "type": "object",
        "properties": _own_keys(),
        "required": ["type"],
        "allOf": [_where("type", name) for name in PLATFORMS],
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "destinations.yml of outhaul",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "version": {},
            "destinations": {
                "description": "The accounts to send to, by a name of your choice.",
                "type": ["object", "null"],
                "additionalProperties": False,
                "patternProperties": {f"^{NAME.pattern}$": entry},
            },
        },
        "definitions": {
            platform.type: _account(platform) for platform in PLATFORMS.values()
        },
    }


def models() -> Schema:
    """The schema of a file that describes models, for what `meta.outhaul` may hold.

    Of the rest nothing is said: dbt has schemas of its own. A diff does not tell which
    platform its destination is of, so a service has the options of all platforms that
    have one of its name.
    """
    services: dict[str, list[Platform]] = {}
    for platform in PLATFORMS.values():
        for name in platform.services:
            services.setdefault(name, []).append(platform)
    of_diff = _diff_keys(services)
    ours = {
        "description": "For a diff, where its rows go.",
        "type": "object",
        "properties": {**of_diff, **_OF_OTHERS},
        "if": _NO_DIFF,
        "then": _closed(dict.fromkeys(_OF_OTHERS, True)),
        "else": {
            "required": ["destination", "service"],
            "allOf": [_where("service", name) for name in services],
        },
    }
    unique_key = {
        "description": "Of a diff: " + _described(_BUILD)["unique_key"],
        "anyOf": [
            {"type": "string"},
            {"type": "array", "items": {"type": "string"}, "minItems": 1},
        ],
    }
    meta = {"type": "object", "properties": {"outhaul": ours}}
    # A diff needs the key, which may stand in the model's own file.
    config = {
        "type": "object",
        "properties": {"meta": meta, "unique_key": unique_key},
    }
    model = {"type": "object", "properties": {"config": config}}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Models of dbt, with what outhaul reads of them",
        "type": "object",
        "properties": {"models": {"type": "array", "items": model}},
        "definitions": {
            name: _service(name, platforms) for name, platforms in services.items()
        },
    }


def _where(key: str, value: str) -> Schema:
    """An object whose `key` has this value is described by its definition."""
    return {
        "if": {"required": [key], "properties": {key: {"const": value}}},
        "then": {"$ref": f"#/definitions/{value}"},
    }


def _closed(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """An object of these keys and no others."""
    closed: Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
    }
    return {**closed, "required": list(required)} if required else closed


def _account(platform: Platform) -> Schema:
    """One entry of `destinations.yml`."""
    settings = describe_settings(platform.account)
    options = _options((platform, name) for name in platform.services)
    own = dict.fromkeys(_own_keys(), True)
    shared = {
        each.name: _setting(each, plain=True)
        for each in describe_settings(DispatchOptions)
        if each.name in SHARED_KEYS
    }
    of_services = {name: _merged(each, plain=True) for name, each in options.items()}
    closed = _closed({**shared, **of_services})
    own["defaults"] = closed | {"type": ["object", "null"]}
    return _closed(
        own | {each.name: _setting(each) for each in settings},
        required=[each.name for each in settings if each.default is REQUIRED],
    )


def _own_keys() -> dict[str, Schema]:
    said = _described(_FILE)
    return {
        "type": {"description": said["type"], "enum": list(PLATFORMS)},
        "send_from": {
            "description": said["send_from"],
            "type": "array",
            "items": _PLAIN,
            "default": ["prod"],
        },
        "messages": {
            "description": said["messages"],
            "enum": list(MESSAGES),
            "default": MESSAGES[0],
        },
        "defaults": {"description": said["defaults"], "type": ["object", "null"]},
    }


def _diff_keys(services: Mapping[str, Sequence[Platform]]) -> dict[str, Schema]:
    """The keys that every diff may have."""
    said = _described(_BUILD)
    owners = "; ".join(
        f"`{name}`: {', '.join(each.title for each in platforms)}"
        for name, platforms in services.items()
    )
    said["service"] += f" {owners}."
    keys = {"service": {"enum": list(services)}, **_BUILD_KEYS}
    options = describe_settings(DispatchOptions)
    return {name: {"description": said[name], **keys[name]} for name in BUILD_KEYS} | {
        each.name: _setting(each) for each in options
    }


def _service(name: str, platforms: Sequence[Platform]) -> Schema:
    """What a diff may say of a service; required is what all platforms ask for."""
    options = _options((platform, name) for platform in platforms)
    shared = dict.fromkeys(DIFF_KEYS, True)
    return _closed(
        shared | {key: _merged(found) for key, found in options.items()},
        required=[
            key
            for key, found in options.items()
            if len(found) == len(platforms)
            and all(setting.default is REQUIRED for _, setting in found)
        ],
    )


def _options(
    services: Iterable[tuple[Platform, str]],
) -> dict[str, list[tuple[str, Setting]]]:
    """Each option that some of these services have, with whose it is."""
    found: dict[str, list[tuple[str, Setting]]] = {}
    for platform, name in services:
        for each in describe_settings(platform.services[name].Options):
            owner = f"{platform.title} ({name})"
            found.setdefault(each.name, []).append((owner, each))
    return found


def _merged(found: Sequence[tuple[str, Setting]], *, plain: bool = False) -> Schema:
    """What any of them takes; who says what, where they say different things."""
    schemas = [_setting(setting, plain=plain) for _, setting in found]
    said: dict[str, list[str]] = {}
    for title, setting in found:
        said.setdefault(setting.help, []).append(title)
    taken: list[Schema] = []
    for schema in schemas:
        alike = {k: v for k, v in schema.items() if k not in ("description", "default")}
        taken += [each for each in alike.get("anyOf", [alike]) if each not in taken]
    merged = taken[0] if len(taken) == 1 else {"anyOf": taken}
    if all(schema.get("default") == schemas[0].get("default") for schema in schemas):
        merged |= {k: v for k, v in schemas[0].items() if k == "default"}
    texts = [f"{', '.join(titles)}: {help}" for help, titles in said.items()]
    described = found[0][1].help if len(texts) == 1 else "\n\n".join(texts)
    return {"description": described, **merged}


def _setting(setting: Setting, *, plain: bool = False) -> Schema:
    """One setting. plain: its value may be no template."""
    schema: Schema = {"description": setting.help}
    if setting.default is not REQUIRED and setting.default not in _NONE:
        schema["default"] = setting.default
    if setting.secret:
        is_mapping = setting.kind == dict[str, str]
        secret = {"type": "object", "additionalProperties": _SECRET}
        return schema | (secret if is_mapping else _SECRET)
    value = {**_TYPES[setting.kind]}
    if setting.choices is not None:
        value = {"enum": list(setting.choices)}
    limits = {"minimum": setting.minimum, "maximum": setting.maximum}
    value |= {name: limit for name, limit in limits.items() if limit is not None}
    if plain:
        return schema | value | ({"not": _TEMPLATE} if setting.kind is str else {})
    if value == {"type": "string"}:
        return schema | value
    return schema | {"anyOf": [value, _TEMPLATE]}


def _described(heading: str) -> dict[str, str]:
    """The keys of the first table below a heading, each with its meaning."""
    section = PAGE.read_text("utf-8").partition(f"# {heading}\n")[2]
    lines = section.partition("\n| --- ")[2].partition("\n\n")[0].splitlines()[1:]
    found = {}
    for line in lines:
        key, *_, meaning = (cell.strip() for cell in line.strip("| ").split(" | "))
        found[key.split("`")[1]] = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", meaning)
    return found
