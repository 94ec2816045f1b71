"""What identifies a record, on rows that are compared by hand."""

from __future__ import annotations

import pytest

from tests.identity.identity_project import IdentityProject


@pytest.mark.conformance
def test_a_record_has_a_key_for_each_rule_whose_identifiers_it_has(
    built: IdentityProject,
) -> None:
    print(built.keys("people_keys"))
    assert 0
