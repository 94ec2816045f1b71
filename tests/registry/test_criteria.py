"""What `selectors.yml` may say, and what is told of what it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from outhaul.errors import ConfigurationError
from outhaul.registry.selection.criteria import (
    Combined,
    Criterion,
    defined,
    parsed,
    read_selectors,
)

NIGHTLY = Criterion("tag", "nightly")


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("tag:nightly", NIGHTLY),
        ({"tag": "nightly"}, NIGHTLY),
        ({"method": "tag", "value": "nightly"}, NIGHTLY),
        (
            {"method": "tag", "value": "nightly", "parents": True, "parents_depth": 2},
            Criterion("tag", "nightly", above=2),
        ),
        (
            {"method": "tag", "value": "nightly", "children": True},
            Criterion("tag", "nightly", below=None),
        ),
        (
            {"union": ["tag:nightly", {"exclude": ["people_out"]}]},
            Combined((NIGHTLY,), but_not=(Criterion("fqn", "people_out"),)),
        ),
    ],
)
def test_a_definition_is_read(written: Any, wanted: Criterion | Combined) -> None:
    assert defined("mine", {"mine": written}) == wanted


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (None, "wants a text or a mapping"),
        ([], "wants a text or a mapping"),
        ({"tag": "a", "path": "b"}, "'union', 'intersection' or a method"),
        ({"method": "tag", "value": "a", "valeu": "b"}, "unknown key 'valeu'"),
        ({"union": "tag:a"}, "want a list"),
        ({"union": [{"exclude": "tag:a"}]}, "'exclude' wants a list"),
    ],
)
def test_what_is_no_definition_is_told(written: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        defined("mine", {"mine": written})
    assert str(refused.value).startswith("selectors.yml: mine: ")
    assert said in str(refused.value)


def test_selectors_are_those_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no .*selectors.yml"):
        read_selectors(tmp_path)
    listed = [{"name": "mine", "definition": "tag:a"}]
    (tmp_path / "selectors.yml").write_text(yaml.safe_dump({"selectors": listed}))
    assert read_selectors(tmp_path) == {"mine": "tag:a"}


def test_steps_stand_before_and_after_a_value() -> None:
    assert parsed("2+customers+") == Criterion("fqn", "customers", above=2, below=None)
    assert parsed("@customers") == Criterion("fqn", "customers", around=True)
    assert parsed("a,tag:b").is_all  # type: ignore[union-attr]
