"""Which activations there are, and what each is bound to.

An activation is a row of the ledger, written by the build; its settings are
those that its diff was built with, over the destination's defaults.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol

from outhaul.config.settings import (
    configuration_error,
    describe_settings,
    did_you_mean,
    read_settings,
    unknown_keys,
)
from outhaul.errors import ConfigurationError
from outhaul.kit.guarded import guarded
from outhaul.kit.service import Activation, Service
from outhaul.ledger.kinds import kind_of
from outhaul.ledger.records import ActivationRecord, DiffColumn
from outhaul.model import Change, Column
from outhaul.registry.destinations import Destination, Destinations
from outhaul.registry.diff_keys import BUILD_KEYS, DISPATCH_KEYS, DispatchOptions
from outhaul.text.visible import visible


@dataclass(frozen=True)
class Binding:
    """An activation, bound to a service of an account and ready to be synced."""

    record: ActivationRecord
    destination: Destination
    service: Service = field(repr=False)
    columns: tuple[Column, ...]
    max_rejected: float
    max_missing: float

    @property
    def name(self) -> str:
        """The activation's name, which is the diff model's."""
        return self.record.name

    @property
    def account(self) -> str:
        """Which account it is, in words without a secret."""
        return self.destination.account.identity(self.record.service)

    def for_ledger(self) -> dict[str, str]:
        """What `outhaul_syncs` says of it; a changed binding has a new fingerprint."""
        content = json.dumps(
            [
                self.record.destination,
                self.record.service,
                self.account,
                self.service.writes_to(),
                dict(sorted(self.record.settings.items())),
                [(column.field, column.kind.value) for column in self.columns],
            ],
            sort_keys=True,
            default=str,
        )
        return {
            "destination": self.record.destination,
            "service": self.record.service,
            "fingerprint": hashlib.sha256(content.encode()).hexdigest()[:16],
        }


class Diff(Protocol):
    """A diff as it is configured: by the ledger, or by dbt's manifest alone.

    columns: none where they are not known.
    """

    @property
    def name(self) -> str: ...
    @property
    def destination(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def key(self) -> tuple[str, ...]: ...
    @property
    def columns(self) -> tuple[DiffColumn, ...]: ...
    @property
    def settings(self) -> Mapping[str, Any]: ...


class Resolved(NamedTuple):
    """What a diff's configuration means, which no secret is needed for."""

    destination: Destination
    service: type[Service]
    options: Any
    dispatch: DispatchOptions
    columns: tuple[Column, ...]


def resolve(record: Diff, destinations: Destinations) -> Resolved:
    """What a diff names, or all that is wrong in one error."""
    where = f"model {record.name}: meta.outhaul"
    destination = destinations.find(record.destination, where)
    service_class = destination.platform.services.get(record.service)
    if service_class is None:
        services = list(destination.platform.services)
        raise ConfigurationError(
            f"{where}: unknown service '{record.service}'"
            f"{did_you_mean(record.service, services)}; '{destination.name}' "
            f"({destination.type}) has: {', '.join(services)}"
        )
    ours, theirs = _split_settings(record, destination, service_class, where)
    dispatch = read_settings(DispatchOptions, ours, where)
    columns = _columns(record, dispatch.fields) if record.columns else ()
    if columns:
        _check_identity(record, service_class, columns, where)
    _check_append_only(record, service_class, where)
    _check_refresh(record, service_class, where)
    options: Any = read_settings(service_class.Options, theirs, where)
    return Resolved(destination, service_class, options, dispatch, columns)


def bind(record: ActivationRecord, destinations: Destinations) -> Binding:
    """Bind an activation to its service, or say all that is wrong in one error."""
    if record.problems:
        raise configuration_error(
            f"model {visible(record.name)}: its row in the ledger is not one that a"
            " build writes, so somebody changed it: run 'dbt build'",
            record.problems,
        )
    destination, _, options, dispatch, columns = resolve(record, destinations)
    activation = Activation(
        record.name, record.segment, destination.name, record.generation
    )
    if record.built_at is not None:
        activation = replace(activation, built_at=record.built_at)
    service = destination.platform.bind(
        destination.account, record.service, options, activation
    )
    _check_max_removed(record, service)
    return Binding(
        record=record,
        destination=destination,
        service=guarded(service, destination.account.secrets, destination.messages),
        columns=columns,
        max_rejected=dispatch.max_rejected,
        max_missing=dispatch.max_missing,
    )


def refuse_shared_places(bindings: Iterable[Binding]) -> None:
    """Two activations must not write to one list: each would undo the other."""
    owners: dict[tuple[str, str], str] = {}
    for binding in bindings:
        owned = binding.service.owns()
        if not owned:
            continue
        owner = owners.setdefault((binding.destination.name, owned), binding.name)
        if owner != binding.name:
            raise ConfigurationError(
                f"models {owner} and {binding.name}: both write to {owned} at "
                f"'{binding.destination.name}', where each would remove what the "
                "other adds: give one of them a place of its own"
            )


def _split_settings(
    record: Diff,
    destination: Destination,
    service_class: type[Service],
    where: str,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The settings for the dispatcher and those for the service."""
    known = [setting.name for setting in describe_settings(service_class.Options)]
    written: Mapping[str, Any] = {
        key: value for key, value in record.settings.items() if key not in BUILD_KEYS
    }
    problems = unknown_keys(written, [*known, *DISPATCH_KEYS])
    if problems:
        raise configuration_error(where, problems)
    merged = {**destination.defaults, **written}
    return (
        {key: value for key, value in merged.items() if key in DISPATCH_KEYS},
        {key: value for key, value in merged.items() if key in known},
    )


def _columns(record: Diff, fields: Mapping[str, str]) -> tuple[Column, ...]:
    names = [column.name for column in record.columns]
    where = f"model {record.name}: meta.outhaul.fields"
    for name in fields:
        if name not in names:
            raise ConfigurationError(
                f"{where}: there is no column '{name}'{did_you_mean(name, names)}; "
                f"the select has: {', '.join(names)}"
            )
    columns: dict[str, str] = {}
    for name in names:
        field_name = fields.get(name, name)
        if field_name in columns:
            raise ConfigurationError(
                f"{where}: the columns '{columns[field_name]}' and '{name}' would both "
                f"become the field '{field_name}'"
            )
        columns[field_name] = name
    return tuple(
        Column(fields.get(c.name, c.name), c.name, kind_of(c.type), c.type)
        for c in record.columns
    )


def _check_append_only(record: Diff, service_class: type[Service], where: str) -> None:
    """A service that only appends, and no other, takes an append-only diff."""
    append_only = record.settings.get("append_only") is True
    if append_only and service_class.repeatable:
        raise ConfigurationError(
            f"{where}.append_only: the service '{record.service}' keeps records that "
            "change and leave, which an append-only diff never shows: remove the key"
        )
    if service_class.repeatable:
        return
    if not append_only:
        raise ConfigurationError(
            f"{where}: the service '{record.service}' adds what it is sent and cannot "
            "take it back or tell what came twice: set 'append_only: true', so that "
            "rows are sent once, whatever becomes of them in the select"
        )
    identity = record.settings.get("identity")
    if identity is not None and (identity,) != record.key:
        raise ConfigurationError(
            f"{where}.identity: must be left out, since the service "
            f"'{record.service}' takes many rows of one '{identity}'"
        )


def _check_max_removed(record: ActivationRecord, service: Service) -> None:
    """The build of a diff holds removals beyond the share that its service allows."""
    where, most = f"model {record.name}: meta.outhaul", service.max_removed
    if most is None or Change.REMOVED not in service.consumes:
        return
    if record.settings.get("max_removed", 1.0) > most:
        raise ConfigurationError(
            f"{where}.max_removed: the service '{record.service}' unsubscribes people "
            f"who leave the segment: set 'max_removed: {most:g}' or less, beyond which "
            "a build holds them until somebody approves it"
        )


def _check_refresh(record: Diff, service_class: type[Service], where: str) -> None:
    """Rows are sent again as updated ones, which a service has to take."""
    if "refresh_after" in record.settings and (
        Change.UPDATED not in service_class.consumes
    ):
        raise ConfigurationError(
            f"{where}.refresh_after: the service '{record.service}' does nothing with "
            "rows that are sent again as updated: remove the key"
        )


def _check_identity(
    record: Diff,
    service_class: type[Service],
    columns: tuple[Column, ...],
    where: str,
) -> None:
    default = record.key[0] if len(record.key) == 1 else None
    identity = record.settings.get("identity", default)
    by_name = {column.name: column.field for column in columns}
    wanted = service_class.identity_among(by_name.values())
    names = ", ".join(by_name)
    if wanted is not None and wanted not in by_name.values():
        raise ConfigurationError(
            f"model {record.name}: the service '{record.service}' recognises records "
            f"by the field '{wanted}', which the select does not have; it has: {names}"
        )
    if wanted is not None and by_name.get(str(identity)) != wanted:
        raise ConfigurationError(
            f"{where}.identity: must be '{wanted}', by which the service "
            f"'{record.service}' recognises records"
        )
    if service_class.membership and record.key != (identity,):
        raise ConfigurationError(
            f"model {record.name}: the service '{record.service}' keeps members by "
            f"'{identity}', so 'unique_key' must be '{identity}' too, not "
            f"'{', '.join(record.key)}': a changed {identity} is one member who "
            "leaves and one who enters"
        )
