"""Nothing that the command line prints steers the terminal."""

from __future__ import annotations

import ast
import json
import os
import pty
from datetime import datetime
from pathlib import Path

import pytest
from rich.text import Text

import outhaul
from outhaul.cli.output import Terminal, print_error, show, write
from outhaul.cli.rejections import by_row
from outhaul.commands.rejections import Refusal
from outhaul.text.visible import visible, visible_json

NASTY = "a\x1b[31mb\x1b]0;title\x07\rc\x9b1m\x00\u202ed\u2028e\ud800"
SHOWN = r"a\x1b[31mb\x1b]0;title\x07\rc\x9b1m\x00\u202ed\u2028e\ud800"
ROW = Refusal(
    activation="people_out",
    key=[NASTY, "x\ny"],
    change="inserted",
    kind="rejected",
    code="bad\x1b",
    message="no\nGood: all is well",
    attempts=1,
    rejected_at=datetime(2026, 1, 2),
    again="next build",
    retry_at=None,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (NASTY, SHOWN),
        ("a\tb\nc\x7f", r"a\tb\nc\x7f"),
        ("\U000e0041", r"\U000e0041"),
        ("Zoë 田中 👩\u200d👧 می\u200cخواهم", "Zoë 田中 👩\u200d👧 می\u200cخواهم"),
    ],
)
def test_hidden_characters_are_written_out_and_others_stay(text, shown):
    assert visible(text) == shown


def test_json_stays_the_same_json():
    text = json.dumps({"a": NASTY + "\U000e0041ë"}, ensure_ascii=False, indent=2)
    written = visible_json(text)
    assert json.loads(written) == json.loads(text)
    assert all(character.isprintable() or character == "\n" for character in written)
    assert "ë" in written


def test_a_key_with_control_characters_is_shown_as_it_is(capsys):
    write(by_row([ROW]))
    out = capsys.readouterr().out
    assert all(character.isprintable() or character == "\n" for character in out)
    assert r"\x1b[31mb" in out.replace("\n", "") and "\nGood" not in out
    show([ROW], "", as_json=True)
    assert json.loads(capsys.readouterr().out)[0]["key"] == [NASTY, "x\ny"]


def test_an_error_with_control_characters_is_shown_as_it_is(capsys):
    print_error("2 problems\n  - a\x1b[2Jb")
    assert capsys.readouterr().err == "Error: 2 problems\n  - a\\x1b[2Jb\n"


def test_colours_of_our_own_still_reach_a_terminal():
    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as terminal:
        console = Terminal(file=terminal, color_system="standard")
        console.print(Text("ok\x1b[5m", "green"))
        terminal.flush()
        shown = os.read(reader, 1_000).decode()
    os.close(reader)
    assert "\x1b[32mok\\x1b[5m" in shown


def test_nothing_is_printed_but_by_a_terminal_that_writes_out():
    """`print`, and rich's own Console, are used nowhere."""
    folder = Path(outhaul.__file__).parent
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("print", "Console"), file
