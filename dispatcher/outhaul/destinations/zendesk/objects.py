"""The service `custom_object`: records of a custom object, by jobs of 100.

https://developer.zendesk.com/api-reference/custom-data/custom-objects/custom_object_record_bulk_jobs/
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson

from outhaul.config.settings import setting
from outhaul.destinations.zendesk.account import ByZendeskJob, joined, plan_fields
from outhaul.errors import ConfigurationError
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import Format, Id
from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation, Job
from outhaul.model import Column

_ACTION = "create_or_update_by_external_id"
_OBJECT = re.compile(r"[a-z0-9_:]{1,100}")
_OWN: dict[str, Format] = {"name": Id(255)}


@dataclass(frozen=True)
class CustomObjectOptions:
    """What a diff may set for the service `custom_object`."""

    object: str = setting("The key of the custom object, which must exist.")
    insert: bool = setting(
        "Must stay `true`: Zendesk creates a record for each external id that it does"
        " not know.",
        default=True,
    )
    null_mode: str = null_mode()


class CustomObject(ByZendeskJob):
    """Writes records of a custom object, and creates those that it does not know.

    Upserts by external id, so a repeated request changes nothing. A field that the
    object lacks is created.
    """

    name = "custom_object"
    title = "Custom object"
    own_fields: ClassVar[dict[str, Format]] = _OWN
    others = "is written to the field of its name, which is created if missing"
    identity = "external_id"
    example_options: ClassVar[dict[str, str]] = {"object": "vehicle"}
    Options: ClassVar[type] = CustomObjectOptions

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        where = f"model {activation.name}: meta.outhaul"
        if not _OBJECT.fullmatch(options.object):
            raise ConfigurationError(f"{where}.object: is no key such as 'vehicle'")
        if not options.insert:
            raise ConfigurationError(
                f"{where}.insert: must stay true, since Zendesk creates a record for"
                " each external id that it does not know"
            )
        super().__init__(account, options, activation)
        self._path = f"/api/v2/custom_objects/{options.object}"

    def writes_to(self) -> str:
        return f"custom object '{self._options.object}'"

    def plan(self, columns: Sequence[Column]) -> Plan:
        plan = Plan()
        others = [column for column in columns if column.field != "external_id"]
        customs = self._account.api.fields(
            f"{self._path}/fields", "custom_object_fields"
        )
        plan_fields(plan, others, _OWN, customs, "custom_object_fields")
        return plan

    def create(self, missing: Missing) -> None:
        path = f"{self._path}/fields"
        self._account.api.create_field(path, "custom_object_field", missing)

    def body(self, fields: Sequence[Field]) -> Body:
        mode = self._options.null_mode
        key = Field("external_id", "external_id", Id(255))
        return Body(key, fields, mode, writes_nulls=mode == "empty")

    def keys_of(self, items: Collected) -> Sequence[str]:
        return [str(each) for each in items.rows.column("external_id")]

    def send(self, items: Collected) -> Job:
        job: dict[str, Any] = {"action": _ACTION, "items": joined(items.bodies)}
        body = orjson.dumps({"job": job})
        return self._account.api.start("POST", f"{self._path}/jobs", body)
