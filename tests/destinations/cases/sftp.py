"""Files over SFTP: its services in the contract suite."""

from __future__ import annotations

from typing import Any

from outhaul.sandbox import Sandbox
from tests.destinations.cases.case import (
    LEAVER,
    NOT_TEXT,
    PEOPLE,
    UPSERTS,
    Case,
    by_number,
    sftp,
)


def _files(sandbox: Sandbox) -> Any:
    """The lines of each file, by the position in its name."""
    files = sandbox.state()["sftp"]["files"]
    return {
        int(name.rpartition("_")[2].partition(".")[0]): each["text"].splitlines()
        for name, each in files.items()
    }


_CHANGES = ("inserted", "updated", "inserted")


_LINES = by_number(3, lambda n: f'person{n}@example.com,"Zoë; ""O""",12.5,2026-01-0{n}')


_LINE_OF_LEAVER = _LINES[0].replace("person1", "person4")


CASES = [
    Case(
        vendor="sftp",
        service="changes",
        account=sftp,
        options={"formulas": "reject"},
        columns=PEOPLE,
        rows=[*UPSERTS, LEAVER],
        refused=[*NOT_TEXT, {"firstname": "=1+1"}, {"firstname": "\ud800"}],
        write=("WRITE", "*"),
        content=_files,
        ends={
            1: [
                "change,email,firstname,spent,seen",
                *(
                    f"{change},{line}"
                    for change, line in zip(_CHANGES, _LINES, strict=True)
                ),
            ],
            4: ["change,email,firstname,spent,seen", f"removed,{_LINE_OF_LEAVER}"],
        },
        is_http=False,
    ),
    Case(
        vendor="sftp",
        service="upserts",
        account=sftp,
        options={"formulas": "reject"},
        columns=PEOPLE,
        rows=UPSERTS,
        refused=[*NOT_TEXT, {"firstname": "=1+1"}, {"firstname": "\ud800"}],
        write=("WRITE", "*"),
        content=_files,
        ends={1: ["email,firstname,spent,seen", *_LINES]},
        is_http=False,
    ),
]
