"""The service `objects`: properties of contacts, companies and other objects.

https://developers.hubspot.com/docs/api-reference/latest/crm/objects/overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from outhaul.config.settings import setting
from outhaul.destinations.hubspot.account import HubSpot
from outhaul.errors import OutcomeUnknown
from outhaul.kit.bodies import Attributes, Body, Field, null_mode
from outhaul.kit.fields import Plan
from outhaul.kit.formats import Day, Email, Format, Id, Moment, Text
from outhaul.kit.records import Records
from outhaul.kit.rows import Collected
from outhaul.model import ACCEPTED, Column, Kind, Outcome, Status

_RECORD_ID = "hs_object_id"
_LONGEST_KEY = 1_000  # ours: no number is published
# All values are texts; these are the forms of types that are no texts.
_FORMATS: dict[str, Format] = {"date": Day(), "datetime": Moment(end="Z")}
_KINDS = {
    "number": (Kind.INTEGER, Kind.NUMBER),
    "bool": (Kind.BOOLEAN,),
    "date": (Kind.DATE, Kind.TIMESTAMP),
    "datetime": (Kind.DATE, Kind.TIMESTAMP),
}
"""What columns of such a property have to be."""

_NOT_TOLD = Outcome(
    Status.SOME_FAILED,
    "not_told_apart",
    "HubSpot refused some of the objects and does not say which",
)


@dataclass(frozen=True)
class ObjectsOptions:
    """What a diff may set for the service `objects`."""

    object_type: str = setting(
        "What is written: `contacts`, `companies` or another type, by its name or id.",
        default="contacts",
    )
    id_property: str = setting(
        "The property by which an object is recognised, which is a column too: `email`,"
        " one whose values are unique, or `hs_object_id`, HubSpot's own id.",
        default="email",
    )
    insert: bool = setting(
        "Create objects that do not exist yet; otherwise only update those that do.",
        default=False,
    )
    null_mode: str = null_mode("property")


class Objects(Records):
    """Writes properties of objects; those that are not selected stay untouched.

    Recognises an object by one property, so a repeated request changes nothing. With
    `insert: false` objects that do not exist are `missing`.
    """

    name = "objects"
    title = "Objects"
    others = "is written to the property of its name, which has to exist"
    example_columns: ClassVar[dict[str, Kind]] = {
        "email": Kind.TEXT,
        "firstname": Kind.TEXT,
    }
    Options: ClassVar[type] = ObjectsOptions

    _account: HubSpot

    @classmethod
    def required(cls, options: Any = None) -> dict[str, str]:
        name = options.id_property if options else "email"
        return {name: "which 'id_property' names"}

    def writes_to(self) -> str:
        return f"objects '{self._options.object_type}'"

    def opening_requests(self, columns: Sequence[Column]) -> int:
        return 1  # the properties

    def plan(self, columns: Sequence[Column]) -> Plan:
        options = self._options
        known = self._account.api.properties(options.object_type)
        plan = Plan()
        if options.insert and options.id_property == _RECORD_ID:
            plan.problems.append(
                f"nothing can be created by '{_RECORD_ID}', which HubSpot gives out:"
                " set another 'id_property', or 'insert: false'"
            )
        for column in (e for e in columns if e.field != options.id_property):
            found = known.get(column.field)
            if found is None:
                plan.problems.append(
                    f"there is no property '{column.field}' of"
                    f" {options.object_type}: create it in HubSpot"
                )
            elif (found.get("modificationMetadata") or {}).get("readOnlyValue"):
                plan.problems.append(f"'{column.field}' is written by HubSpot alone")
            elif column.kind not in _KINDS.get(found["type"], (column.kind,)):
                plan.problems.append(
                    f"'{column.field}' is {column.data_type}, and the property is of"
                    f" type {found['type']}: cast it in the select"
                )
            else:
                shown = _FORMATS.get(found["type"], Text())
                field = Field(column.field, column.field, shown, "properties", "")
                plan.fields.append(field)
        return plan

    def body(self, fields: Sequence[Field]) -> Body:
        name = self._options.id_property
        by = {} if name == _RECORD_ID else {"idProperty": name}

        def shape(key: Any, values: Attributes) -> Attributes:
            return {"id": key, **by, "properties": values.get("properties", {})}

        key = Field(name, "id", Email() if name == "email" else Id(_LONGEST_KEY))
        return Body(key, fields, self._options.null_mode, shape=shape)

    def send(self, items: Collected) -> list[Outcome]:
        act = "upsert" if self._options.insert else "update"
        answer, is_all = self._account.api.write(
            self._options.object_type, act, items.bodies
        )
        results = answer.get("results")
        if not isinstance(results, list):
            raise OutcomeUnknown("HubSpot's answer has no 'results' in it")
        if is_all and len(results) == len(items):
            return [ACCEPTED] * len(items)
        keys = [str(each) for each in items.rows.column(self._options.id_property)]
        told = self._told(keys, results, answer.get("errors") or ())
        return [told.get(place, _NOT_TOLD) for place in range(len(items))]

    def _told(
        self, keys: Sequence[str], results: Sequence[Any], errors: Sequence[Any]
    ) -> dict[int, Outcome]:
        """What an answer says of each row, by its place."""
        told = {
            int(each["objectWriteTraceId"]): ACCEPTED
            for each in results
            if str(each.get("objectWriteTraceId")).isdecimal()
        }
        places = {key.strip(" ").lower(): place for place, key in enumerate(keys)}
        for error in errors:
            context = error.get("context") or {}
            named = [*context.get("objectWriteTraceId", ())]
            named += [places.get(str(each).lower()) for each in context.get("ids", ())]
            if not named and len(keys) == 1:
                named = [0]
            outcome = self._refused(error)
            told |= {int(each): outcome for each in named if each is not None}
        return told

    def _refused(self, error: Mapping[str, Any]) -> Outcome:
        category = str(error.get("category") or "refused").lower()
        text = self._account.api.quote(str(error.get("message") or ""))
        if category == "object_not_found":
            return Outcome(Status.MISSING, "missing", "HubSpot has no such object")
        return Outcome(Status.REJECTED, category, text)
