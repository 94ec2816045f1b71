"""dbt's `profiles.yml`: where it is, which target is meant, and its rendered output.

The rules are dbt's (https://docs.getdbt.com/docs/core/connect-data-platform/connection-profiles).
Only the selected target is rendered, so a variable that another target needs
may be missing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outhaul.config.rendering import Renderer
from outhaul.config.settings import did_you_mean
from outhaul.config.yaml_files import read_mapping
from outhaul.errors import ConfigurationError
from outhaul.text.phrases import not_a_file

_ADAPTER = re.compile(r"[a-z][a-z0-9_]*")
_CHOOSE_PROFILE = "change 'profile' in dbt_project.yml, or pass --profile"
_CHOOSE_TARGET = "pass one of them with --target, or change 'target'"


@dataclass(frozen=True)
class Target:
    """One target of a profile; `output` holds secrets."""

    profile: str
    name: str
    output: Mapping[str, Any] = field(repr=False)


def find_profiles(option: Path | None, environ: Mapping[str, str]) -> Path:
    """The `profiles.yml` to read, as dbt finds it; raises where there is none."""
    chosen = option or environ.get("DBT_PROFILES_DIR") or None
    if chosen:
        folders = [Path(chosen)]
    else:
        folders = [Path.cwd(), Path.home() / ".dbt"]
    for folder in folders:
        file = folder / "profiles.yml"
        if file.is_file():
            return file
        if file.exists():
            raise ConfigurationError(
                f"{not_a_file(file)}, as dbt's profiles have to be"
            )
    raise ConfigurationError(
        f"no profiles.yml in {' or '.join(str(folder) for folder in folders)}; write "
        f"one there, or name its folder with --profiles-dir or DBT_PROFILES_DIR"
    )


def read_target(renderer: Renderer, profile: str, target: str | None) -> Target:
    """The target of a profile in the renderer's file, rendered."""
    content = read_mapping(renderer.file)
    profiles = {name: value for name, value in content.items() if name != "config"}
    place = str(renderer.file)
    found = _child(profiles, profile, place, "profile", _CHOOSE_PROFILE)
    outputs = _mapping(found, "outputs", f"{place}: {profile}")
    if target is None:
        target = renderer.render(found.get("target", "default"), f"{profile}.target")
    key = f"{profile}.outputs.{target}"
    raw = _child(outputs, target, f"{place}: {profile}", "target", _CHOOSE_TARGET)
    output = renderer.render(raw, key)
    if not isinstance(output.get("type"), str):
        raise ConfigurationError(
            f"{place}: {key}.type is missing; name the adapter, such as postgres"
        )
    if not _ADAPTER.fullmatch(output["type"]):
        raise ConfigurationError(
            f"{place}: {key}.type is not the name of an adapter: those have "
            "lower-case letters, digits and _, such as postgres"
        )
    return Target(profile, str(target), output)


def _child(
    parent: Mapping[Any, Any], name: Any, place: str, word: str, advice: str
) -> dict[str, Any]:
    """The mapping of that name, or an error that lists those which exist."""
    if name not in parent:
        names = [str(each) for each in parent]
        raise ConfigurationError(
            f"{place}: there is no {word} '{name}'{did_you_mean(name, names)}; "
            f"it has: {', '.join(names) or 'none'}; {advice}"
        )
    return _mapping(parent, name, place)


def _mapping(parent: Mapping[Any, Any], key: Any, place: str) -> dict[str, Any]:
    value = parent.get(key)
    if not isinstance(value, dict) or not value:
        raise ConfigurationError(f"{place}: '{key}' is missing or holds no keys")
    return value
