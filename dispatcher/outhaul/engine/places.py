"""Where rows go: the account and target of now, and those that rows were sent to.

Rows that are acknowledged are at one place: in one account, on one list. Should the
binding lead elsewhere, nothing is sent until a person says how to go on, since the
ledger would take for delivered what the new place never got.
"""

from __future__ import annotations

from outhaul.errors import ConfigurationError
from outhaul.ledger import Warehouse
from outhaul.ledger.records import Claims, Place
from outhaul.registry.activations import Binding


class PlaceGone(ConfigurationError):
    """What held the rows was deleted at the destination."""


def place_of(binding: Binding) -> Place:
    """Where the rows go now, as far as the service has found out."""
    findings = binding.service.findings
    return Place(
        account=binding.account,
        target=binding.service.writes_to(),
        target_id=findings.target_id,
        fields=dict(findings.fields),
    )


def known_place(
    warehouse: Warehouse, binding: Binding, claims: Claims | None = None
) -> Place | None:
    """Where rows are that are acknowledged; None where none is."""
    record = binding.record
    claims = claims or warehouse.claims(record.name, record.generation)
    if not record.rows_acknowledged and not claims.committed:
        return None
    return warehouse.places().get(record.name)


def changes_of_place(binding: Binding, known: Place | None) -> list[str]:
    """What files alone show to lead elsewhere now, one sentence each."""
    if known is None:
        return []
    changes = []
    now = place_of(binding)
    if now.account != known.account:
        changes.append(
            f"its rows were delivered to the account {known.account}, and"
            f" '{binding.destination.name}' is now {now.account}"
        )
    if now.target != known.target:
        changes.append(
            f"its rows were delivered to {_named(known.target)}, and it is now bound to"
            f" {_named(now.target)}"
        )
    return changes


def find_place(binding: Binding, known: Place | None) -> list[str]:
    """Ask whether rows still go where they were delivered; returns notes.

    Raises ConfigurationError where they would go elsewhere, PlaceGone where it is gone.
    """
    if known is None:
        return []
    changes = changes_of_place(binding, known)
    if binding.account != known.account:
        raise _refusal(binding, changes[0])
    service, findings = binding.service, binding.service.findings
    is_renamed = service.writes_to() != known.target
    is_there = service.locate("" if is_renamed else known.target_id)
    is_same = bool(known.target_id) and findings.target_id == known.target_id
    if is_renamed and not is_same:
        raise _refusal(binding, changes[0])
    if not is_there:
        gone = _refusal(binding, f"{known.target}, which holds its rows, is gone there")
        raise PlaceGone(str(gone))
    if known.target_id and not is_same:
        raise _refusal(
            binding,
            f"{known.target} is not the one that holds its rows, of the id"
            f" {known.target_id}, but another one, of the id {findings.target_id}",
        )
    if findings.renamed:
        return [f"{known.target} is called '{findings.renamed}' there now"]
    return []


def renewed_fields(known: Place | None, binding: Binding) -> list[str]:
    """Fields that rows were written to and that are not the same any more."""
    if known is None:
        return []
    findings = binding.service.findings
    return [
        name
        for name, id in findings.fields.items()
        if name in known.fields
        and (known.fields[name] != id or name in findings.created_fields)
    ]


def _refusal(binding: Binding, what: str) -> ConfigurationError:
    name = binding.name
    return ConfigurationError(
        f"{name}: at '{binding.destination.name}', {what}. What is acknowledged would"
        f" stay there and never reach the new place. Either 'outhaul resync {name}':"
        " the next build sends everything to what is bound now, and what the old place"
        f" holds is left alone. Or 'outhaul rebind {name}', where what is bound now"
        " holds the same rows already: it was renamed, or the same account got a new"
        " key. Or undo the change"
    )


def _named(target: str) -> str:
    return target or "the account itself"
