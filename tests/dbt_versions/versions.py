"""The versions of dbt that the package is run on, each in an environment of its own.

`make test` installs them by the lists of this folder, and passes over what cannot be
installed.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).parent
VERSIONS = tuple(
    path.stem.removeprefix("requirements-")
    for path in sorted(LISTS.glob("requirements-*.txt"))
)
# Where dbt 2 keeps the drivers that it downloads, below the home folder.
DRIVER_CACHE = ".cache/com.getdbt/adbc/x86_64-manylinux_2_17-linux-gnu"
POSTGRES_DRIVER = "libadbc_driver_postgresql-0.21.0+dbt0.21.0.so"
DUCKDB_MANIFEST = """\
manifest_version = 1
name = "duckdb"
version = "1.0.0"
[Driver]
entrypoint = "duckdb_adbc_init"
[Driver.shared]
linux_amd64 = "{library}"
"""


def number(version: str) -> str:
    """The exact version of dbt that is installed."""
    text = (LISTS / f"requirements-{version}.txt").read_text()
    found = re.search(r"^dbt(?:-core)?==(\S+)", text, re.MULTILINE)
    assert found, version
    return found[1]


@dataclass(frozen=True)
class Dbt:
    """One version. program: its command; environ: what it is run with."""

    program: Path
    environ: dict[str, str]

    def run(
        self, project: Path, *arguments: str, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in a project's folder, with its output in one text."""
        return subprocess.run(
            [self.program, *arguments],
            cwd=project,
            env=self.environ | variables,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )


def installed(version: str, folder: Path) -> Dbt:
    """The version, which keeps its own files in a folder; skips where it is missing."""
    environment = ROOT / f".venv-dbt-{version}"
    program = environment / "bin" / "dbt"
    if not program.exists():
        pytest.skip(f"dbt {version} is not installed: run 'make test'")
    # without settings of another dbt
    environ = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
    environ["DBT_USE_COLORS"] = "false"
    if version.startswith("2"):
        environ |= _with_drivers(environment, folder)
    return Dbt(program, environ)


def _with_drivers(environment: Path, folder: Path) -> dict[str, str]:
    """What lets dbt 2 find the drivers that are installed, and download none."""
    libraries = environment / "node_modules" / "@duckdb"
    duckdb = next(libraries.glob("*/libduckdb.so"), None)
    if duckdb is None:
        pytest.skip("DuckDB's library for dbt 2 is not installed: that needs npm")
    (folder / "duckdb.toml").write_text(DUCKDB_MANIFEST.format(library=duckdb))
    cache = folder / DRIVER_CACHE
    cache.mkdir(parents=True)
    (postgres,) = environment.glob("lib/python*/*/adbc_driver_postgresql/*.so")
    (cache / POSTGRES_DRIVER).symlink_to(postgres)
    return {
        "HOME": str(folder),
        "ADBC_DRIVER_PATH": str(folder),
        "DBT_ALLOW_EXPERIMENTAL_ADAPTERS": "true",
        "DO_NOT_TRACK": "1",
    }
