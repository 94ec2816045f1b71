"""Print the part of requirements.lock that an installation needs.

pip install --dry-run --quiet --report needed.json -c constraints.txt '.[duckdb]'
python scripts/locked.py needed.json > needed.lock
pip install --require-hashes --no-deps -r needed.lock
pip install --no-deps .
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
_NAME = re.compile(r"[A-Za-z0-9._-]+(?===)")


def entries(text: str) -> Iterator[tuple[str, str]]:
    """The packages of a lock: the name, and its lines."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        found = _NAME.match(entry)
        if found:
            yield _normal(found[0]), entry.rstrip()


def needed(report: Path) -> set[str]:
    """What pip would install, without outhaul itself."""
    installs = json.loads(report.read_text("utf-8"))["install"]
    return {_normal(each["metadata"]["name"]) for each in installs} - {"outhaul"}


def main(report: str) -> None:
    names = needed(Path(report))
    locked = [(name, entry) for name, entry in entries(LOCK.read_text("utf-8"))]
    missing = names - {name for name, _ in locked}
    if missing:
        sys.exit(f"requirements.lock does not have: {', '.join(sorted(missing))}")
    print("\n".join(entry for name, entry in locked if name in names))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main(*sys.argv[1:])
