"""Fields of a destination: columns that fit none, and fields that it lacks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from outhaul.errors import ConfigurationError, NotSent, RequestRefused
from outhaul.kit.bodies import Field
from outhaul.kit.service import Findings
from outhaul.model import Column

# Before new fields are looked for again; no vendor says how long that takes.
_LISTED_AFTER_SECONDS = 5.0


class Missing(NamedTuple):
    """A field that the platform lacks; type: the platform's own word for it."""

    name: str
    type: str


@dataclass
class Plan:
    """Where the columns of a diff go.

    missing: the fields to create. problems: what is wrong with columns, a sentence
    each. ids: the platform's ids of the fields that it has, by name.
    """

    fields: list[Field] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)

    def takes(self, column: Column, key: str, what: str, platform: str) -> bool:
        """Whether no other column has this field yet; a problem where one does."""
        first = self._taken.setdefault(key, column.field)
        if first == column.field:
            return True
        self.problems.append(
            f"'{column.field}' and '{first}' are the same {what} to {platform}"
        )
        return False


def refuse_columns(title: str, where: str, problems: Sequence[str]) -> None:
    """Raises one ConfigurationError for all that is wrong with the columns."""
    if problems:
        raise ConfigurationError(
            f"{title} cannot take the columns of {where}:\n"
            + "\n".join(f"- {problem}" for problem in problems)
        )


def with_missing_created(
    planned: Callable[[], Plan],
    create: Callable[[Missing], None],
    findings: Findings,
) -> Plan:
    """The plan, made anew once its missing fields were created.

    planned: asks the destination for its fields. create: raises RequestRefused where
    a field cannot be created; if it is listed all the same, somebody was faster.
    findings: told of each field that was created, also where an error follows.
    """
    plan = planned()
    if not plan.missing:
        return plan
    refused: dict[str, str] = {}
    for each in plan.missing:
        try:
            create(each)
        except RequestRefused as error:
            refused[each.name] = str(error)
        else:
            findings.created.append(f"field '{each.name}' ({each.type})")
            findings.created_fields.append(each.name)
    plan = planned()
    for each in plan.missing:
        if each.name in refused:
            raise ConfigurationError(
                f"the field '{each.name}' of type {each.type} cannot be created:"
                f" {refused[each.name]}"
            )
    if plan.missing:
        raise NotSent("the new fields are not listed yet", after=_LISTED_AFTER_SECONDS)
    return plan
