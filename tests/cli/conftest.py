"""A shop on DuckDB whose people go to the SendGrid sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from outhaul.sandbox import Sandbox
from tests.cli.shop import Ran, Shop, run_command
from tests.dbt.conftest import duckdb_project
from tests.dbt.warehouse_project import DiffProject


@pytest.fixture(scope="session")
def cli_project(tmp_path_factory: pytest.TempPathFactory) -> DiffProject:
    return duckdb_project(tmp_path_factory.mktemp("cli"))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(job_seconds=0.0) as running:
        yield running


@pytest.fixture
def shop(cli_project: DiffProject, sandbox: Sandbox) -> Iterator[Shop]:
    """A project that was never built."""
    cli_project.reset()
    created = Shop(cli_project, sandbox)
    yield created
    created.close()


@pytest.fixture
def outhaul(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Ran]:
    """Run a command in this process, as the console script does."""

    def run(*arguments: str, here: bool = True) -> Ran:
        options = shop.options() if here else []
        return run_command([*arguments, *options], shop.environ, monkeypatch, capsys)

    return run
