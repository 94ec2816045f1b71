"""A project that is read from no file and reaches no warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from outhaul.config.project import Project


def unconnected(folder: Path, environ: Mapping[str, str] | None = None) -> Project:
    """The project of a folder, which may hold a `destinations.yml`."""
    return Project(
        project_dir=folder,
        name="shop",
        profile_name="shop",
        target_name="prod",
        credentials={},
        adapter_type="duckdb",
        schema="main",
        database="warehouse",
        threads=1,
        vars={},
        outhaul_schema="main",
        destinations_file=folder / "destinations.yml",
        target_path=folder,
        environ=environ or {},
    )
