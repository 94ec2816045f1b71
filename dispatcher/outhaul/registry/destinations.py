"""`destinations.yml`: the accounts that a project sends to.

Everything that can be told from the file alone is checked when it is read;
environment variables are asked for one destination at a time, when its account
is first used, so that a sync needs the secrets of its own destinations only.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from outhaul.config.project import ProjectFiles
from outhaul.config.rendering import Renderer, environment_names
from outhaul.config.settings import (
    REQUIRED,
    configuration_error,
    describe_settings,
    did_you_mean,
    read_settings,
    unknown_keys,
)
from outhaul.config.yaml_files import link_problem, read_mapping
from outhaul.errors import ConfigurationError
from outhaul.kit.account import Account
from outhaul.kit.guarded import MESSAGES
from outhaul.kit.platform import Platform
from outhaul.registry.diff_keys import DIFF_KEYS, DISPATCH_KEYS
from outhaul.registry.installed import Installed
from outhaul.text.phrases import not_a_file

Platforms = Mapping[str, Platform]

_OWN_KEYS = ("type", "send_from", "messages", "defaults")
SHARED_KEYS = tuple(key for key in DISPATCH_KEYS if key != "fields")
"""What every diff may have that `defaults` may have too."""
_OF_BUILDS = "is used by dbt build, which does not read this file"
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""What `destinations.yml` may call a destination."""


@dataclass(frozen=True)
class Destination:
    """One account of a platform.

    send_from: the dbt targets that may really send; all others only plan.
    messages: what is kept of what the platform says, one of `MESSAGES`.
    defaults: options for services, under those of each diff.
    """

    name: str
    type: str
    platform: Platform
    send_from: tuple[str, ...]
    defaults: Mapping[str, Any]
    _settings: Mapping[str, Any] = field(repr=False)
    _renderer: Renderer = field(repr=False)
    messages: str = MESSAGES[0]
    _built: list[Account] = field(default_factory=list, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def account(self) -> Account:
        """The account, with its settings rendered and checked; built once.

        Raises ConfigurationError, for example where a secret is not set.
        """
        with self._lock:
            if not self._built:
                self._built.append(self._build())
            return self._built[0]

    def _build(self) -> Account:
        where = f"{self._renderer.file}: destinations.{self.name}"
        rendered, problems = self._rendered(where)
        if problems:
            raise configuration_error(where, problems)
        problems = [
            f"'{setting.name}' is empty: set the environment variable "
            f"{' and '.join(environment_names(self._settings[setting.name]))}"
            for setting in describe_settings(self.platform.account)
            if setting.secret and _is_blank(rendered.get(setting.name, REQUIRED))
        ]
        if problems:
            raise configuration_error(where, problems)
        account: Account = read_settings(self.platform.account, rendered, where)
        problems = account.validate()
        if problems:
            raise configuration_error(where, problems)
        return account

    def _rendered(self, where: str) -> tuple[dict[str, Any], list[str]]:
        """The settings, and what hinders them: all variables that are missing."""
        rendered, problems = {}, []
        described = describe_settings(self.platform.account)
        secrets = {setting.name for setting in described if setting.secret}
        for key, value in self._settings.items():
            try:
                rendered[key] = self._renderer.render(
                    value,
                    f"destinations.{self.name}.{key}",
                    takes_defaults=key not in secrets,
                )
            except ConfigurationError as error:
                problems.append(str(error).removeprefix(f"{where}."))
        return rendered, problems


class Destinations(Mapping[str, Destination]):
    """The destinations of a project, by name.

    broken: why others cannot be used, whose platform is not there as it should be.
    """

    def __init__(
        self,
        file: Path,
        destinations: Mapping[str, Destination],
        broken: Mapping[str, str] | None = None,
    ) -> None:
        self.file = file
        self._destinations = dict(destinations)
        self._broken = dict(broken or {})

    def __getitem__(self, name: str) -> Destination:
        return self._destinations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._destinations)

    def __len__(self) -> int:
        return len(self._destinations)

    def find(self, name: str, where: str) -> Destination:
        """The destination that something names; `where` says what does."""
        if name in self._destinations:
            return self._destinations[name]
        if name in self._broken:
            raise ConfigurationError(
                f"{where}: the destination '{name}': {self._broken[name]}"
            )
        raise ConfigurationError(
            f"{where}: there is no destination '{name}'{did_you_mean(name, self)}; "
            f"{self.file} has: {', '.join(self) or 'none'}"
        )


def load_destinations(
    project: ProjectFiles, platforms: Platforms | None = None
) -> Destinations:
    """Read and check `destinations.yml`; all its problems are told in one error.

    platforms: those that it may name, by default all that are installed.
    """
    platforms = Installed() if platforms is None else platforms
    file = project.destinations_file
    if not file.is_file():
        raise ConfigurationError(
            f"{not_a_file(file)}; declare the accounts to send to in a file of that "
            "name, under 'destinations:'"
        )
    if problem := link_problem(file):
        raise ConfigurationError(f"{file}: {problem}")
    declared = _declared(file)
    renderer = Renderer(file, project.vars, project.environ, simple=True)
    found: dict[str, Destination] = {}
    broken: dict[str, str] = {}
    problems: list[str] = []
    for name, raw in declared.items():
        try:
            wrong = _problems(name, raw, platforms)
        except ConfigurationError as error:  # of the package that it is from
            broken[name] = str(error)
            continue
        problems += [f"destinations.{name}: {problem}" for problem in wrong]
        if not wrong:
            found[name] = Destination(
                name=name,
                type=raw["type"],
                platform=platforms[raw["type"]],
                send_from=tuple(raw.get("send_from", ["prod"])),
                messages=raw.get("messages", MESSAGES[0]),
                defaults=dict(raw.get("defaults") or {}),
                _settings={k: v for k, v in raw.items() if k not in _OWN_KEYS},
                _renderer=renderer,
            )
    if problems:
        raise configuration_error(str(file), problems)
    return Destinations(file, found, broken)


def _declared(file: Path) -> dict[str, Any]:
    content = read_mapping(file)
    problems = unknown_keys(content, ["destinations", "version"])
    declared = content.get("destinations") or {}
    if not isinstance(declared, dict):
        problems.append("'destinations' must be a mapping of names to accounts")
    if problems:
        raise configuration_error(str(file), problems)
    return dict(declared)


def _problems(name: Any, raw: Any, platforms: Platforms) -> list[str]:
    """What the file alone shows to be wrong with one destination."""
    if not isinstance(raw, dict):
        return ["must be a mapping with the key 'type'"]
    problems = []
    if not isinstance(name, str) or not NAME.fullmatch(name):
        problems.append("a name has letters, digits, '_' and '-', no digit first")
    kind = raw.get("type")
    if not isinstance(kind, str) or kind not in platforms:
        hint = did_you_mean(kind, platforms) if kind else ""
        said = "'type' is missing" if kind is None else f"unknown type '{kind}'{hint}"
        known = ", ".join(sorted(platforms))
        return [*problems, f"{said}; the types are: {known}"]
    platform = platforms[kind]
    problems += _setting_problems(raw, platform.account)
    problems += _send_from_problems(raw.get("send_from", []))
    if raw.get("messages", MESSAGES[0]) not in MESSAGES:
        problems.append(f"'messages' must be one of: {', '.join(MESSAGES)}")
    return problems + _default_problems(raw.get("defaults") or {}, platform)


def _setting_problems(raw: Mapping[Any, Any], account: type[Account]) -> list[str]:
    settings = {setting.name: setting for setting in describe_settings(account)}
    problems = unknown_keys(raw, [*_OWN_KEYS, *settings])
    for name, setting in settings.items():
        if name not in raw:
            if setting.default is REQUIRED:
                problems.append(f"'{name}' is missing ({setting.type}: {setting.help})")
        elif setting.secret and not environment_names(raw[name]):
            problems.append(
                f"'{name}' is a secret and must come from the environment alone: "
                f"write \"{{{{ env_var('YOUR_VARIABLE') }}}}\", without a default"
            )
    return problems


def _send_from_problems(targets: Any) -> list[str]:
    if isinstance(targets, list) and all(_is_plain(target) for target in targets):
        return []
    return ["'send_from' must be a list of dbt targets, such as [prod]"]


def _default_problems(defaults: Any, platform: Platform) -> list[str]:
    """`defaults` holds what syncs use; what the build reads is a diff's own."""
    if not isinstance(defaults, dict):
        return ["'defaults' must be a mapping of options to values"]
    known: dict[str, None] = dict.fromkeys(SHARED_KEYS)
    for service in platform.services.values():
        known |= {setting.name: None for setting in describe_settings(service.Options)}
    problems = []
    for key in defaults:
        if key in DIFF_KEYS and key not in known:
            reader = "names columns of one diff" if key == "fields" else _OF_BUILDS
            problems.append(
                f"defaults: '{key}' {reader}: it belongs in meta.outhaul of each diff"
            )
        elif key not in known:
            problems.append(
                f"defaults: unknown key '{key}'{did_you_mean(key, known)}; services of "
                f"type '{platform.type}' take: {', '.join(known) or 'none'}"
            )
    problems += [
        f"defaults: '{key}' cannot be a template; write the value itself"
        for key, value in defaults.items()
        if key in known and isinstance(value, str) and "{{" in value
    ]
    return problems


def _is_plain(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and "{{" not in value


def _is_blank(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_blank(each) for each in value.values())
    return value is None or (isinstance(value, str) and not value.strip())
