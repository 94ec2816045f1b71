"""Activations by their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from outhaul.config.settings import did_you_mean
from outhaul.errors import ConfigurationError
from outhaul.ledger.records import ActivationRecord


def any_is(names: Iterable[str], pattern: str) -> bool:
    """Whether one of the names is that of a pattern (`*` and `?` as in a shell)."""
    return any(fnmatchcase(name, pattern) for name in names)


def select_records(
    records: Sequence[ActivationRecord], patterns: Sequence[str]
) -> list[ActivationRecord]:
    """The activations whose names match some pattern; without patterns, all.

    A pattern that matches nothing is an error.
    """
    names = [record.name for record in records]
    for pattern in patterns:
        if not any_is(names, pattern):
            raise no_activation(pattern, names)
    return [
        record
        for record in records
        if not patterns or any(fnmatchcase(record.name, each) for each in patterns)
    ]


def no_activation(wanted: str, names: Sequence[str]) -> ConfigurationError:
    """That nothing is selected by what was asked for. names: those that there are."""
    known = ", ".join(names) or "none; run 'dbt build' with a diff first"
    return ConfigurationError(
        f"no activation matches '{wanted}'{did_you_mean(wanted, names)}; "
        f"the activations in the ledger are: {known}"
    )
