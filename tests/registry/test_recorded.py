"""A row of the ledger that no build can have written is refused before it is used."""

from __future__ import annotations

import pytest

from outhaul.errors import ConfigurationError
from outhaul.ledger.records import ActivationRecord
from outhaul.registry.activations import bind
from outhaul.registry.destinations import Destinations

SOUND = {
    "activation": "vip__crm",
    "ledger_version": 1,
    "model_id": "model.shop.vip__crm",
    "project_name": "shop",
    "target_name": "dev",
    "orphaned_at": None,
    "segment": "vip",
    "destination": "crm",
    "service": "changes",
    "relation_database": "shop",
    "relation_schema": "marts",
    "relation_name": "vip__crm",
    "generation": 3,
    "key_columns": '["email"]',
    "columns": '[{"name": "email", "type": "text"}]',
    "settings": '{"destination": "crm", "service": "changes", "path": "/x"}',
    "rows_in_segment": 10,
    "rows_acknowledged": 4,
    "rows_inserted": 3,
    "rows_updated": 2,
    "rows_removed": 1,
    "rows_held": 0,
    "rows_invalid": 0,
    "sendable_seq": 6,
    "last_seq": 6,
    "hold": None,
    "hold_reason": None,
    "built_at": None,
    "lease_holder": None,
    "lease_is_live": False,
}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"columns": '[{"name": "Email", "type": "text", "stored_as": "EMAIL"}]'},
        {"hold": "all", "sendable_seq": 0},
        {"hold": "removals", "sendable_seq": 5},
        {"settings": "{}"},
        {"settings": '{"refresh_after": "30 days", "append_only": false}'},
        {"relation_database": None, "relation_name": "größe vip"},
        {"model_id": None, "columns": None, "key_columns": None, "last_seq": None},
    ],
)
def test_what_a_build_writes_is_taken(change):
    assert ActivationRecord.of({**SOUND, **change}).problems == ()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"settings": "{"}, "'settings' is no JSON object"),
        ({"settings": "[1]"}, "'settings' is no JSON object"),
        ({"settings": '{"destination": "x"}'}, "name different ones"),
        ({"settings": '{"append_only": "no"}'}, "'append_only'"),
        ({"settings": '{"identity": 5}'}, "'identity'"),
        ({"settings": '{"refresh_after": "1; x"}'}, "'refresh_after'"),
        ({"columns": "nonsense"}, "'columns' is not the JSON"),
        ({"columns": '[{"name": "email"}]'}, "no column"),
        ({"columns": '[{"name": "email\\u001b", "type": "text"}]'}, "no column"),
        ({"columns": SOUND["columns"][:-1] + "," + SOUND["columns"][1:]}, "twice"),
        ({"key_columns": '["id"]'}, "'key_columns'"),
        ({"key_columns": "[5]"}, "'key_columns'"),
        ({"activation": "a\x1b[2Jb"}, "'activation' is 'a\\x1b[2Jb'"),
        ({"relation_name": "a\nb"}, "'relation_name'"),
        ({"destination": ""}, "'destination'"),
        ({"hold": "nobody"}, "'hold'"),
        ({"sendable_seq": 7}, "disagree"),
        ({"hold": "all"}, "disagree"),
        ({"last_seq": 600, "sendable_seq": 600}, "disagree"),
        ({"rows_removed": -1}, "below 0"),
    ],
)
def test_what_no_build_writes_is_refused_before_it_is_used(change, problem):
    record = ActivationRecord.of({**SOUND, **change})
    assert problem in "; ".join(record.problems)
    with pytest.raises(ConfigurationError, match="somebody changed it") as caught:
        bind(record, Destinations(None, {}))  # type: ignore[arg-type]
    assert "\x1b" not in str(caught.value)
