"""Fields of a destination: columns that fit none, and fields that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from outhaul.errors import ConfigurationError, NotSent, RequestRefused
from outhaul.kit.service import Findings

# Before new fields are looked for again; no vendor says how long that takes.
_LISTED_AFTER_SECONDS = 5.0


class _Plan(Protocol):
    """Where columns go; `missing`: the fields to create, with name and type."""

    @property
    def missing(self) -> Sequence[Any]: ...


P = TypeVar("P", bound=_Plan)


def refuse_columns(title: str, where: str, problems: Sequence[str]) -> None:
    """Raises one ConfigurationError for all that is wrong with the columns."""
    if problems:
        raise ConfigurationError(
            f"{title} cannot take the columns of {where}:\n"
            + "\n".join(f"- {problem}" for problem in problems)
        )


def with_missing_created(
    planned: Callable[[], P],
    create: Callable[[Any], None],
    findings: Findings,
) -> P:
    """The plan, made anew once its missing fields were created.

    planned: asks the destination for its fields. create: raises RequestRefused where
    a field cannot be created; if it is listed all the same, somebody was faster.
    findings: told of each field that was created, also where an error follows.
    """
    plan = planned()
    if not plan.missing:
        return plan
    refused: dict[str, str] = {}
    for field in plan.missing:
        try:
            create(field)
        except RequestRefused as error:
            refused[field.name] = str(error)
        else:
            findings.created.append(f"field '{field.name}' ({field.type})")
            findings.created_fields.append(field.name)
    plan = planned()
    for field in plan.missing:
        if field.name in refused:
            raise ConfigurationError(
                f"the field '{field.name}' of type {field.type} cannot be created:"
                f" {refused[field.name]}"
            )
    if plan.missing:
        raise NotSent("the new fields are not listed yet", after=_LISTED_AFTER_SECONDS)
    return plan
