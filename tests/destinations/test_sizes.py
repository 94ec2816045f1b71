"""A service is a declaration: with `pytest -s`, this prints how long each is."""

from __future__ import annotations

import inspect
import statistics
from pathlib import Path

from outhaul import sandbox
from outhaul.registry.platforms import PLATFORMS

TESTS = Path(__file__).parent
SANDBOX = Path(str(sandbox.__file__)).parent
# Older than the kit, or what it has no template for.
BEFORE = {"sendgrid", "batch", "splio", "emarsys", "sftp", "webhook"}


def lines(*paths: Path) -> int:
    return sum(len(path.read_text("utf-8").splitlines()) for path in paths)


def test_a_typical_service_is_120_lines_and_none_is_twice_as_long() -> None:
    sizes: dict[tuple[str, str], int] = {}
    for kind, platform in PLATFORMS.items():
        if kind in BEFORE:
            continue
        modules = {
            Path(inspect.getfile(service)) for service in platform.services.values()
        }
        account = Path(inspect.getfile(platform.account))
        others = set(account.parent.glob("*.py")) - modules
        stand_in = SANDBOX.glob(f"{kind}*.py")
        print(
            f"{kind}: account {lines(*others)}, stand-in {lines(*stand_in)},"
            f" own tests {lines(*TESTS.glob(f'test_{kind}*.py'))}"
        )
        for module in sorted(modules):
            sizes[kind, module.stem] = lines(module)
            print(f"  {module.stem}: {lines(module)}")
    assert len(sizes) > 15
    assert statistics.median(sizes.values()) <= 120
    assert {name for name, size in sizes.items() if size > 240} == set()
