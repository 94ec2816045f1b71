"""Settings as dataclass fields: schema, validation, documentation and masking at once.

A destination account or the options of a service is a frozen dataclass whose
fields are made by `setting`. The same declaration checks `destinations.yml`
and `meta.outhaul`, fills the reference pages and keeps secrets out of `repr`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from outhaul.errors import ConfigurationError

T = TypeVar("T")

REQUIRED = dataclasses.MISSING
"""The default of a setting that the user must write."""

_WORDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list[str]: "a list of texts",
    dict[str, str]: "a mapping of texts to texts",
}


def setting(
    help: str,
    *,
    default: Any = REQUIRED,
    secret: bool = False,
    identifies: bool = False,
    choices: Sequence[Any] | None = None,
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    """Declare one setting of a destination or a service.

    Parameters
    ----------
    help: one sentence for the reference page; give units.
    default: the value when the user writes none; required without it. A list or dict
        default is copied for every instance.
    secret: must come from `env_var`, and is left out of `repr`.
    identifies: says which account this is; another value is another account.
    choices, minimum, maximum: which values are accepted.
    """
    metadata = {
        "help": help,
        "secret": secret,
        "identifies": identifies,
        "choices": None if choices is None else tuple(choices),
        "minimum": minimum,
        "maximum": maximum,
    }
    if isinstance(default, (list, dict)):
        return dataclasses.field(
            default_factory=lambda: type(default)(default),
            repr=not secret,
            metadata=metadata,
        )
    return dataclasses.field(default=default, repr=not secret, metadata=metadata)


class Setting(NamedTuple):
    """One setting, for reference pages and editors.

    type: in words. default: `REQUIRED` where there is none. kind: the type as Python
    has it.
    """

    name: str
    type: str
    default: Any
    secret: bool
    help: str
    choices: tuple[Any, ...] | None
    kind: Any
    minimum: float | None
    maximum: float | None


def describe_settings(cls: type) -> list[Setting]:
    """The settings of a dataclass in the order of its declaration."""
    return [
        Setting(
            name,
            _WORDS[wanted],
            _default_of(field),
            field.metadata["secret"],
            field.metadata["help"],
            field.metadata["choices"],
            wanted,
            field.metadata["minimum"],
            field.metadata["maximum"],
        )
        for name, (field, wanted, _) in _settings_of(cls).items()
    ]


def identifying_settings(cls: type) -> list[str]:
    """The settings that say which account this is, in the order of declaration."""
    settings = _settings_of(cls)
    return [
        name for name, (field, *_) in settings.items() if field.metadata["identifies"]
    ]


def read_settings(cls: type[T], mapping: Mapping[str, Any], where: str) -> T:
    """An instance of a dataclass of settings, from what the user wrote.

    Raises one ConfigurationError for all problems; `where` opens its message.
    Values are never shown: they may be secrets, or come from the environment.
    """
    settings = _settings_of(cls)
    problems = unknown_keys(mapping, settings)
    values: dict[str, Any] = {}
    for name, (field, wanted, optional) in settings.items():
        if name not in mapping:
            if _default_of(field) is REQUIRED:
                help = field.metadata["help"].rstrip(".")
                problems.append(f"'{name}' is missing ({_WORDS[wanted]}: {help})")
            continue
        value = mapping[name]
        if value is None and optional:
            values[name] = None
            continue
        if wanted is float and type(value) is int:
            value = float(value)
        problem = _problem_with(value, wanted, field.metadata)
        if problem:
            problems.append(f"'{name}' {problem}")
        values[name] = value
    if problems:
        raise configuration_error(where, problems)
    return cls(**values)


def configuration_error(where: str, problems: Sequence[str]) -> ConfigurationError:
    """All that is wrong in one place, as one error."""
    if len(problems) == 1:
        return ConfigurationError(f"{where}: {problems[0]}")
    lines = "".join("\n  - " + problem.replace("\n", "\n  ") for problem in problems)
    return ConfigurationError(f"{where}: {len(problems)} problems{lines}")


def unknown_keys(mapping: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """One problem for each key that is not known."""
    known = list(known)
    keys = ", ".join(known) or "none"
    return [
        f"unknown key '{key}'{did_you_mean(key, known)}; the keys are: {keys}"
        for key in mapping
        if key not in known
    ]


def did_you_mean(word: Any, known: Iterable[str]) -> str:
    """` (did you mean 'x'?)`, or nothing where no known word is close."""
    close = get_close_matches(str(word), list(known), n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _settings_of(cls: type) -> dict[str, tuple[dataclasses.Field[Any], Any, bool]]:
    """Name to field, type and whether it may be None."""
    hints = get_type_hints(cls)
    return {
        field.name: (
            field,
            *_type_of(hints[field.name], f"{cls.__name__}.{field.name}"),
        )
        for field in dataclasses.fields(cls)
        if field.init and "secret" in field.metadata
    }


def _type_of(hint: Any, name: str) -> tuple[Any, bool]:
    alternatives = [hint]
    if get_origin(hint) in (Union, UnionType):
        alternatives = [each for each in get_args(hint) if each is not type(None)]
    if len(alternatives) != 1 or alternatives[0] not in _WORDS:
        raise TypeError(f"{name}: a setting cannot be of type {hint}")
    return alternatives[0], alternatives[0] is not hint


def _default_of(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _problem_with(value: Any, wanted: Any, limits: Mapping[str, Any]) -> str:
    """What is wrong with a value of the user, or nothing."""
    if value is None:
        return "is empty: give it a value, or remove the line"
    if wanted is float and type(value) is float and not math.isfinite(value):
        return "must be a finite number"
    if not _is_a(value, wanted):
        return f"must be {_WORDS[wanted]}, not {_word_for(value)}{_hint(value, wanted)}"
    choices, minimum, maximum = limits["choices"], limits["minimum"], limits["maximum"]
    if choices is not None:
        for each in value if isinstance(value, list) else [value]:
            if each not in choices:
                names = [str(choice) for choice in choices]
                return f"must be one of: {', '.join(names)}{did_you_mean(each, names)}"
    if minimum is not None and value < minimum:
        return f"must be at least {minimum:g}"
    if maximum is not None and value > maximum:
        return f"must be at most {maximum:g}"
    return ""


def _is_a(value: Any, wanted: Any) -> bool:
    if wanted == list[str]:
        return isinstance(value, list) and all(type(each) is str for each in value)
    if wanted == dict[str, str]:
        return isinstance(value, dict) and all(
            type(each) is str for pair in value.items() for each in pair
        )
    return type(value) is wanted


def _word_for(value: Any) -> str:
    if isinstance(value, (list, dict)):
        mixed = "" if _is_a(value, list[str]) else " of other values"
        return f"a {'list' if isinstance(value, list) else 'mapping'}{mixed}"
    return _WORDS.get(type(value), f"a {type(value).__name__}")


def _hint(value: Any, wanted: Any) -> str:
    if wanted is str and not isinstance(value, (list, dict)):
        return "; put it in quotes"
    if wanted == list[str] and isinstance(value, str):
        return "; write it as [value]"
    if isinstance(value, str) and wanted in (int, float):
        return "; write it without quotes, or use '| as_number' behind env_var"
    if isinstance(value, str) and wanted is bool:
        return "; write it without quotes, or use '| as_bool' behind env_var"
    return ""
