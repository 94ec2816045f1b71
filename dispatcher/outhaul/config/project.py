"""The dbt project that a command works for, and the warehouse it is built in.

Read as dbt reads it, from `dbt_project.yml` and `profiles.yml`, without dbt:
that starts in a fraction of a second and works beside every version of dbt.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from outhaul.config.profiles import Target, find_profiles, read_target
from outhaul.config.rendering import Renderer
from outhaul.config.yaml_files import parse_yaml, read_mapping
from outhaul.connections.adapters import adapter_of
from outhaul.errors import ConfigurationError
from outhaul.text.phrases import not_a_file

_SCHEMA_KEYS = ("schema", "dataset")


@dataclass(frozen=True, kw_only=True)
class ProjectFiles:
    """A dbt project without a target.

    vars: those of `dbt_project.yml` that a model of the project sees, under those
    of the command line. target_path: the folder that dbt writes its manifest to.
    """

    project_dir: Path
    name: str
    vars: Mapping[str, Any] = field(repr=False)
    destinations_file: Path
    target_path: Path
    environ: Mapping[str, str] = field(repr=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Project(ProjectFiles):
    """A dbt project with one selected target.

    credentials: the target's output in `profiles.yml`, rendered; holds secrets.
    outhaul_schema: where the ledger is.
    """

    profile_name: str
    target_name: str
    credentials: Mapping[str, Any] = field(repr=False)
    adapter_type: str
    schema: str
    database: str
    threads: int
    outhaul_schema: str


def load_files(
    project_dir: Path | str | None = None,
    vars: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> ProjectFiles:
    """The project as dbt would see it, without `profiles.yml`."""
    environ = os.environ if environ is None else environ
    return _files(*_opened(project_dir, vars, environ))


def load_project(
    project_dir: Path | str | None = None,
    profiles_dir: Path | str | None = None,
    profile: str | None = None,
    target: str | None = None,
    vars: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
) -> Project:
    """The project as dbt would see it with the same options; contacts nothing.

    An option left out falls back to DBT_PROJECT_DIR, DBT_PROFILES_DIR,
    DBT_PROFILE and DBT_TARGET in `environ`, then to the files. The project is
    in the working directory unless it is named: parent folders are not searched.
    """
    environ = os.environ if environ is None else environ
    content, renderer = _opened(project_dir, vars, environ)
    files, file = _files(content, renderer), renderer.file
    profile = profile or environ.get("DBT_PROFILE") or None
    if profile is None:
        written = renderer.render(content.get("profile"), "profile")
        profile = _text(written, file, "profile")
    profiles = find_profiles(Path(profiles_dir) if profiles_dir else None, environ)
    selected = read_target(
        Renderer(profiles, renderer.variables, environ),
        profile,
        target or environ.get("DBT_TARGET") or None,
    )
    place = f"{profiles}: {selected.profile}.outputs.{selected.name}"
    adapter = adapter_of(selected.output["type"])
    schema = _target_schema(selected, adapter.default_schema, place)
    return Project(
        **{each.name: getattr(files, each.name) for each in fields(files)},
        profile_name=selected.profile,
        target_name=selected.name,
        credentials=selected.output,
        adapter_type=adapter.name,
        schema=schema,
        database=adapter.database(selected.output),
        threads=_threads(selected, place),
        outhaul_schema=_ledger_schema(files.vars, selected.name, file) or schema,
    )


def parse_vars(text: str) -> dict[str, Any]:
    """The value of `--vars`: a YAML mapping such as `{outhaul_schema: ops}`."""
    content = parse_yaml(text, "--vars")
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ConfigurationError("--vars: must be a mapping, such as '{key: value}'")
    return content


def _opened(
    project_dir: Path | str | None,
    vars: Mapping[str, Any] | None,
    environ: Mapping[str, str],
) -> tuple[Mapping[str, Any], Renderer]:
    """What `dbt_project.yml` has, and what renders it."""
    file = _project_file(Path(project_dir) if project_dir else None, environ)
    return read_mapping(file), Renderer(file, dict(vars or {}), environ)


def _files(content: Mapping[str, Any], renderer: Renderer) -> ProjectFiles:
    file = renderer.file
    name = _text(renderer.render(content.get("name"), "name"), file, "name")
    return ProjectFiles(
        project_dir=file.parent,
        name=name,
        vars=_project_vars(content.get("vars"), name, renderer.variables, file),
        destinations_file=file.parent / "destinations.yml",
        target_path=file.parent / _target_path(content, renderer),
        environ=renderer.environ,
    )


def _project_file(option: Path | None, environ: Mapping[str, str]) -> Path:
    chosen = option or environ.get("DBT_PROJECT_DIR") or None
    folder = Path(chosen or Path.cwd()).absolute()
    file = folder / "dbt_project.yml"
    if file.is_file():
        return file
    if file.exists():
        raise ConfigurationError(f"{not_a_file(file)}, as dbt's project file has to be")
    parents = (parent for parent in folder.parents if not chosen)
    near = next((p for p in parents if (p / "dbt_project.yml").is_file()), None)
    advice = f"there is one in {near}: run there" if near else "run in a dbt project"
    raise ConfigurationError(
        f"no dbt_project.yml in {folder}; {advice}, or name its folder with "
        f"--project-dir or DBT_PROJECT_DIR"
    )


def _project_vars(
    written: Any, name: str, cli_vars: Mapping[str, Any], file: Path
) -> dict[str, Any]:
    """What a model of the project sees: plain vars, then those of the project's name.

    The ledger's schema must be plain: dbt shows a scoped var to the package's hook or
    to the project's models, never to both, and they would look in two places.
    """
    if written is not None and not isinstance(written, dict):
        raise ConfigurationError(f"{file}: vars: must be a mapping of names to values")
    plain = written or {}
    for package in ("outhaul", name):
        scoped = plain.get(package)
        if isinstance(scoped, dict) and "outhaul_schema" in scoped:
            raise ConfigurationError(
                f"{file}: vars.{package}.outhaul_schema: must stand directly under "
                "'vars:', so that the package and your models see the same value"
            )
    own = plain.get(name)
    return {**plain, **(own if isinstance(own, dict) else {}), **cli_vars}


def _ledger_schema(
    project_vars: Mapping[str, Any], target_name: str, file: Path
) -> str | None:
    """What the var names for the target, as the macro `ledger_relation` reads it."""
    named = project_vars.get("outhaul_schema")
    if isinstance(named, dict):
        named = named.get(target_name)
    if named is not None and (not isinstance(named, str) or not named):
        raise ConfigurationError(
            f"{file}: vars.outhaul_schema: must be the name of a schema, or a mapping "
            "of targets to such names"
        )
    return named


def _target_path(content: Mapping[str, Any], renderer: Renderer) -> str:
    written = renderer.render(content.get("target-path"), "target-path")
    return renderer.environ.get("DBT_TARGET_PATH") or str(written or "target")


def _text(value: Any, file: Path, key: str) -> str:
    if not isinstance(value, str) or not value:
        raise ConfigurationError(f"{file}: '{key}' is missing; add '{key}: <name>'")
    return value


def _target_schema(target: Target, default: str, place: str) -> str:
    for key in _SCHEMA_KEYS:
        if target.output.get(key):
            return str(target.output[key])
    if default:
        return default
    raise ConfigurationError(f"{place}: 'schema' is missing; dbt builds models there")


def _threads(target: Target, place: str) -> int:
    value = target.output.get("threads", 1)
    try:
        threads = int(value)
    except (TypeError, ValueError):
        threads = 0
    if threads < 1:
        raise ConfigurationError(
            f"{place}: 'threads' must be a whole number of at least 1"
        )
    return threads
