"""What the demo prints around the output of commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console

console = Console(highlight=False)


def headline(title: str, sentence: str) -> None:
    """Announce a step and say in a sentence what it does."""
    console.print()
    console.rule(f"[bold]{title}[/bold]", align="left")
    console.print(f"[italic]{sentence}[/italic]")


def echo(command: Sequence[str]) -> None:
    """A command, before it runs."""
    console.print(f"\n[bold green]$ {' '.join(command)}[/bold green]")
    sys.stdout.flush()


def show_lines(lines: Sequence[str]) -> None:
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def say(text: str) -> None:
    console.print(text, soft_wrap=True)
