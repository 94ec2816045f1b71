"""The platforms that are installed: ours, and those that packages of others register.

A package registers a platform by an entry point of the group `outhaul.destinations`,
whose name is the platform's type. It is imported when that type is first asked for, so
that a broken one breaks what needs it and nothing else.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points

from outhaul.errors import ConfigurationError
from outhaul.kit.declarations import declaration_problems
from outhaul.kit.platform import Platform
from outhaul.registry.platforms import PLATFORMS
from outhaul.text.redaction import excerpt

GROUP = "outhaul.destinations"
_TYPE = re.compile(r"[a-z][a-z0-9_]*")


class Installed(Mapping[str, Platform]):
    """Platforms by type; one that cannot be used raises ConfigurationError."""

    def __init__(self, own: Mapping[str, Platform] = PLATFORMS) -> None:
        self._own = own
        self._loaded: dict[str, Platform] = {}

    def __getitem__(self, kind: str) -> Platform:
        if kind in self._own:
            return self._own[kind]
        if kind not in self._loaded:
            self._loaded[kind] = _load(self._of_others[kind])
        return self._loaded[kind]

    def __contains__(self, kind: object) -> bool:
        return kind in self._own or kind in self._of_others

    def __iter__(self) -> Iterator[str]:
        yield from self._own
        yield from (kind for kind in self._of_others if kind not in self._own)

    def __len__(self) -> int:
        return len(list(iter(self)))

    def package_of(self, kind: str) -> str:
        """The package that a type is from, and its version; empty: it is ours."""
        return "" if kind in self._own else _package(self._of_others[kind][0])

    def problems(self) -> list[str]:
        """Why platforms of others are not there, one sentence each."""
        found = []
        for kind, entries in self._of_others.items():
            if kind in self._own:
                found.append(
                    f"the package {_package(entries[0])} registers '{kind}', which"
                    " outhaul has itself: that one is used. Another name is needed"
                )
                continue
            try:
                self[kind]
            except ConfigurationError as error:
                found.append(str(error))
        return found

    @cached_property
    def _of_others(self) -> Mapping[str, list[EntryPoint]]:
        found: dict[str, list[EntryPoint]] = {}
        for entry in sorted(entry_points(group=GROUP)):
            found.setdefault(entry.name, []).append(entry)
        return found


def _load(entries: list[EntryPoint]) -> Platform:
    """The platform of a type. Raises ConfigurationError, which names the package."""
    packages = sorted({_package(entry) for entry in entries})
    kind = entries[0].name
    if len(packages) > 1:
        raise ConfigurationError(
            f"the packages {' and '.join(packages)} both register '{kind}', so none of"
            " them is used: remove one"
        )
    try:
        found = entries[0].load()
        problem = _problem(kind, entries[0].value, found)
    except (Exception, SystemExit) as error:
        said = excerpt(str(error))
        problem = f"{entries[0].value} cannot be imported ({type(error).__name__}"
        problem += f": {said})" if said else ")"
    if problem:
        raise ConfigurationError(
            f"the package {packages[0]}, which registers '{kind}', is broken: {problem}"
        )
    platform: Platform = found
    return platform


def _problem(kind: str, value: str, found: object) -> str:
    if not isinstance(found, Platform):
        return f"{value} is not a Platform but {type(found).__name__}"
    problems = declaration_problems(found)
    if not _TYPE.fullmatch(kind):
        problems.append("a type has lower-case letters, digits and '_'")
    elif not problems and found.type != kind:
        problems.append(f"its account has the type '{found.type}'")
    return "; ".join(problems)


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else entry.value
