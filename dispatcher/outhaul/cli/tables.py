"""How results look on a terminal; `cli` prints what these functions return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from outhaul.commands.check import Check
from outhaul.commands.destinations import DescribedDestination, DescribedSetting
from outhaul.commands.plan import Plan
from outhaul.commands.rejections import Reason, Refusal
from outhaul.commands.status import ActivationStatus
from outhaul.engine.summary import Result, Summary
from outhaul.ledger.records import ENDED
from outhaul.text.phrases import changes, counted, span
from outhaul.text.phrases import rows as rows_in_words
from outhaul.text.visible import visible

_STYLES = {
    Result.SUCCEEDED: "green",
    Result.NOTHING: "dim",
    Result.HELD: "yellow",
    Result.PAUSED: "yellow",
    Result.BUSY: "yellow",
}


def sync_summary(reports: Sequence[Summary]) -> RenderableType:
    """The table at the end of `outhaul sync`, and what needs attention below it."""
    table = _table("activation", "result")
    for name in ("sent", "rejected", "missing", "requests", "time"):
        table.add_column(name, justify="right")
    for report in reports:
        style = _STYLES.get(report.result, "red")
        table.add_row(
            report.name,
            Text(report.result.value, style=style),
            changes({c.value: n for c, n in report.accepted.items()}),
            _count(report.rejected.total()),
            _count(report.missing.total()),
            _count(report.requests),
            span(report.seconds),
        )
    return Group(table, *(_note(report) for report in reports if _remarks(report)))


def _remarks(report: Summary) -> list[str]:
    remarks = [report.message] if report.message else []
    if report.created:
        remarks.append(f"created {', '.join(report.created)}")
    remarks.extend(report.notes)
    skipped = report.not_consumed.total()
    if skipped:
        remarks.append(f"{_rows(skipped, 'needs', 'need')} no request at this service")
    if report.unknown:
        remarks.append(f"{_rows(report.unknown)} in doubt and will be sent again")
    if report.waiting:
        remarks.append(f"{_rows(report.waiting)} still pending")
    return remarks


def _note(report: Summary) -> Text:
    return Text(f"  {report.name}: {'; '.join(_remarks(report))}")


def plans(found: Sequence[Plan]) -> RenderableType:
    """What `outhaul plan` shows: a table, guards, and masked samples."""
    table = _table("activation", "to", "pending", "becomes requests")
    for name in ("requests", "time at least"):
        table.add_column(name, justify="right")
    parts: list[RenderableType] = [table]
    for plan in found:
        table.add_row(
            plan.name,
            f"{plan.destination}.{plan.service}",
            changes(plan.pending),
            changes(plan.consumed),
            _count(plan.requests),
            span(plan.seconds),
        )
        parts.extend(Text(f"  {plan.name}: {remark}") for remark in _plan_remarks(plan))
    for plan in found:
        if plan.samples:
            parts.append(Text(f"\n{plan.name}: the first rows, masked"))
            parts.append(_samples(plan.samples))
    return Group(*parts)


def _plan_remarks(plan: Plan) -> list[str]:
    remarks = [
        f"{moved}: a sync stops until 'outhaul resync {plan.name}' or 'outhaul rebind"
        f" {plan.name}' says how to go on"
        for moved in plan.moved
    ]
    if plan.guarded:
        remarks.append(
            f"{_rows(plan.guarded)} held by a guard: {plan.hold_reason}; "
            f"'outhaul approve {plan.name}' releases them"
        )
    if plan.waiting:
        remarks.append(f"{_rows(plan.waiting, 'waits', 'wait')} after a rejection")
    if plan.invalid:
        remarks.append(f"{_rows(plan.invalid)} invalid and never sent")
    if not plan.may_send:
        remarks.append("this target may only plan (send_from in destinations.yml)")
    return remarks


def _samples(samples: Sequence[Mapping[str, Any]]) -> RenderableType:
    table = _Table(*map(visible, samples[0]), box=box.SIMPLE_HEAD, pad_edge=False)
    for sample in samples:
        table.add_row(
            *("" if value is None else str(value) for value in sample.values())
        )
    return Padding(table, (0, 0, 0, 2))


def statuses(found: Sequence[ActivationStatus]) -> RenderableType:
    """What `outhaul status` shows."""
    table = _table("activation", "to")
    for name in ("rows", "pending", "in doubt", "rejected", "held"):
        table.add_column(name, justify="right")
    table.add_column("last sync")
    table.add_column("lag", justify="right")
    parts: list[RenderableType] = [table]
    for status in found:
        table.add_row(
            status.name,
            f"{status.destination}.{status.service}",
            _count(status.rows),
            changes(status.pending),
            _count(status.in_doubt),
            _count(status.rejected + status.waiting),
            _count(status.guarded),
            _last_sync(status),
            span(status.lag_seconds) if status.lag_seconds else "–",
        )
        parts.extend(
            Text(f"  {status.name}: {remark}") for remark in _status_remarks(status)
        )
    return Group(*parts)


def _last_sync(status: ActivationStatus) -> str:
    if status.last_sync is None or status.last_sync_seconds_ago is None:
        return "never"
    return f"{status.last_sync} {span(status.last_sync_seconds_ago)} ago"


def _status_remarks(status: ActivationStatus) -> list[str]:
    remarks = [f"it {status.ended}"] if status.ended else []
    if status.paused:
        remarks.append(f"paused by {visible(status.paused)}")
    if status.guarded:
        remarks.append(f"held by a guard: {status.hold_reason}")
    if status.running:
        is_over = status.running.startswith(ENDED)
        word = "waits for a late request" if is_over else "at work"
        remarks.append(f"{word}: {visible(status.running.removeprefix(ENDED))}")
    if status.invalid:
        remarks.append(f"{_rows(status.invalid)} invalid and never sent")
    if status.last_sync_message and status.last_sync not in ("succeeded", "held"):
        remarks.append(f"last sync: {status.last_sync_message}")
    return remarks


def checks(found: Sequence[Check]) -> RenderableType:
    """What `outhaul check` shows: one block an activation."""
    parts: list[RenderableType] = []
    for check in found:
        verdict = Text("ok", "green") if not check.problems else Text("problem", "red")
        parts.append(Text.assemble(check.name, ": ", verdict))
        parts.extend(Text(f"  {line}") for line in [*check.problems, *check.notes])
    return Group(*parts)


def reasons(found: Sequence[Reason]) -> RenderableType:
    """What `outhaul rejections` shows: one line a reason."""
    table = _table("activation", "kind", "code", "message")
    table.add_column("rows", justify="right")
    table.add_column("tried again by")
    for each in found:
        more = each.messages - 1
        others = f" (and {counted(more, 'other')})" if more else ""
        table.add_row(
            each.activation,
            each.kind,
            each.code,
            each.message + others,
            str(each.rows),
            _again(each),
        )
    return table


def rejections(found: Sequence[Refusal]) -> RenderableType:
    """What `outhaul rejections --rows` shows."""
    table = _table("activation", "key", "change", "kind", "code", "message")
    table.add_column("times", justify="right")
    table.add_column("tried again by")
    for row in found:
        table.add_row(
            row.activation,
            ", ".join(map(str, row.key)),
            row.change,
            row.kind,
            row.code,
            row.message,
            str(row.attempts),
            _again(row),
        )
    return table


def _again(each: Refusal | Reason) -> str:
    if each.retry_at is not None:
        return f"a build after {each.retry_at:%Y-%m-%d %H:%M} UTC"
    if each.again.startswith("next"):
        return f"the {each.again}"
    return each.again


def destinations(found: Sequence[DescribedDestination]) -> RenderableType:
    """What `outhaul destinations` shows: one line a service."""
    table = _table("type", "destination", "service", "acts on", "does")
    for each in found:
        for service in each.services:
            is_first = service is each.services[0]
            table.add_row(
                each.type if is_first else "",
                each.title if is_first else "",
                service.name,
                ", ".join(service.consumes),
                service.description,
            )
    hint = Text("  'outhaul destinations TYPE' shows settings and options")
    return Group(table, hint)


def destination(found: DescribedDestination) -> RenderableType:
    """What `outhaul destinations TYPE` shows."""
    parts: list[RenderableType] = [
        Text(f"{found.title}: {found.description}"),
        Text(f"\ndestinations.yml, type: {found.type}"),
        _settings(found.settings),
    ]
    for service in found.services:
        identity = f", identity: {service.identity}" if service.identity else ""
        parts += [
            Text(f"service: {service.name}{identity}"),
            Text(f"  {service.description}"),
            Text(f"  Acts on rows {', '.join(service.consumes)}."),
            *([] if service.is_repeatable else [Text("  Sends every row once.")]),
            _settings(service.options),
        ]
    return Group(*parts)


def _settings(settings: Sequence[DescribedSetting]) -> RenderableType:
    table = _table("key", "type", "default", "meaning")
    for each in settings:
        choices = ", ".join(map(str, each.choices or ()))
        meaning = f"{each.help} One of: {choices}." if choices else each.help
        if each.secret:
            meaning += " Secret: from env_var alone."
        table.add_row(each.name, each.type, _default_of(each), meaning)
    return Padding(table, (0, 0, 0, 2))


def _default_of(setting: DescribedSetting) -> str:
    if setting.required:
        return "required"
    if isinstance(setting.default, bool):
        return str(setting.default).lower()
    empty = setting.default in ("", [], {})
    return "none" if empty else f"{setting.default}"


class _Table(Table):
    """Cells of one line each: a line break in a value is written out."""

    def add_row(self, *cells: RenderableType | None, **how: Any) -> None:
        shown = (visible(cell) if isinstance(cell, str) else cell for cell in cells)
        super().add_row(*shown, **how)


def _table(*columns: str) -> Table:
    table = _Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _count(number: int) -> str:
    return f"{number:,}" if number else "–"


def _rows(number: int, of_one: str = "is", of_many: str = "are") -> str:
    return rows_in_words(number, of_one, of_many)
