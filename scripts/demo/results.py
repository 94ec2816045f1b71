"""The end of the demo: one customer everywhere, and a verdict for each service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.table import Table

from scripts.demo.findings import Finding, by_email, flat, passed_over
from scripts.demo.screen import console, say
from scripts.demo.shop import Segments
from scripts.demo.stand_ins import APP_KEY


def show_one_customer(now: Segments, held: Any) -> None:
    """The first VIP from Japan or Greece whom the app knows, wherever they are."""
    app = held["batch"]["apps"][APP_KEY]
    row = next(
        row
        for row in now.vip.values()
        if row["country"] in ("JP", "GR") and app.get(str(row["customer_id"]))
    )
    email, user = row["email"], app[str(row["customer_id"])]
    at_sendgrid = flat(by_email(held["sendgrid"])[email])
    at_emarsys = by_email(held["emarsys"])[email]
    at_splio = by_email(held["splio"])[email]
    table = _table("one VIP", "first name", "last name", "orders", "lifetime value")
    names = ("first_name", "last_name", "order_count", "lifetime_value")
    for title, fields in (
        ("warehouse", row),
        ("SendGrid", at_sendgrid),
        ("Batch", {name: user.get(f"u.{name}", "not sent") for name in names}),
        (
            "Splio",
            at_splio
            | {
                "first_name": at_splio["firstname"],
                "last_name": at_splio["lastname"],
            },
        ),
        ("Emarsys", at_emarsys),
    ):
        table.add_row(title, *(str(fields[name]) for name in names))
    console.print(table)


def show_findings(found: Sequence[Finding], now: Segments, held: Any) -> None:
    """A line per service: whom it has to hold, and how many of them it holds."""
    table = _table("", "service", "has to hold")
    for title in ("today", "former", "others"):
        table.add_column(title, justify="right")
    for each in found:
        mark = "[green]✓[/green]" if each.is_right else "[red]✗[/red]"
        counts = [_share(each.current), _share(each.former), str(each.others)]
        table.add_row(mark, each.service, each.rule, *counts)
    console.print(table)
    say(
        f"Batch passed over {passed_over(now)} VIPs without the app and created no"
        f" user. Splio read {len(held['splio']['imports'])} files.\nSendGrid, Splio and"
        " Emarsys keep contacts who left, with the values they had last."
    )


def _table(*titles: str) -> Table:
    return Table(*titles, box=box.SIMPLE_HEAD, pad_edge=False)


def _share(counts: tuple[int, int] | None) -> str:
    return f"{counts[0]} of {counts[1]}" if counts else "–"
