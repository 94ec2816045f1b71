"""A row as JSON, declared once: by it rows are encoded alone and together.

The row's JSON has the key of the record first, then its fields, then the objects that
fields are grouped in; `shape` puts it into whatever the platform wraps around.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from outhaul.config.settings import setting
from outhaul.errors import RowRefused
from outhaul.kit.columns import Values, as_json, records
from outhaul.kit.formats import AsIs, Format
from outhaul.kit.rows import Rows
from outhaul.kit.service import OneByOne
from outhaul.model import Row

Attributes = dict[str, Any]


def null_mode(what: str = "field", *, empty: str = "") -> Any:
    """The option `null_mode`. what: the platform's word for a field. empty: what
    `empty` does where it does not clear the field."""
    return setting(
        f"What a null becomes: `empty` {empty or f'clears the {what}'}, `omit` leaves"
        f" the {what} as it was, `error` refuses the row.",
        default="empty",
        choices=("empty", "omit", "error"),
    )


class Field(NamedTuple):
    """Where the values of a column go, and how they are written.

    name: the diff's name of it; key: that in JSON, or in the header of a file. group:
    the object within the row's that holds it. null: what a null becomes where nulls
    clear a field; None leaves nothing of it. sees_nulls: its format has a say in that.
    """

    name: str
    key: str
    format: Format = AsIs()  # noqa: B008
    group: str = ""
    null: Any = None
    sees_nulls: bool = False

    def one(self, value: Any) -> Any:
        """The value as it is written; None of a null. Raises RowRefused."""
        if value is None and not self.sees_nulls:
            return None
        return self.format.one(self.name, value)


@dataclass(frozen=True)
class Body:
    """How rows are written.

    Parameters
    ----------
    key: the field by which the platform recognises a record, if it is written apart
        from the others; its format sees nulls.
    nulls: `empty` writes a field's `null`, `omit` nothing, `error` refuses the row.
    writes_nulls: whether a field of which nothing is left is null or is not there.
    whom: the part that says whom we mean, where a look-up found the record: made of
        the key and of what was found.
    shape: the row's JSON, made of the key and of all other fields.
    listed: the group that is a list of its values, and no object.
    longest: bytes that a row may have; 0: any number.
    """

    key: Field | None = None
    fields: Sequence[Field] = ()
    nulls: str = "empty"
    writes_nulls: bool = False
    whom: Callable[[Any, Any], Attributes] | None = None
    shape: Callable[[Any, Attributes], Any] | None = None
    listed: str = ""
    longest: int = 0

    def one(self, row: Row, found: Any = None) -> bytes:
        """Raises RowRefused."""
        key = None
        if self.key is not None:
            key = self.key.format.one(self.key.name, row.values.get(self.key.name))
        attributes: Attributes = {}
        for group, fields in self._groups.items():
            shown = {each.key: self._shown(each, row.values) for each in fields}
            if not self.writes_nulls:
                shown = {k: value for k, value in shown.items() if value is not None}
            if not group:
                attributes = shown
            elif shown:
                is_list = group == self.listed
                attributes[group] = list(shown.values()) if is_list else shown
        body = orjson.dumps(self._whole(key, attributes, found))
        if self.longest and len(body) > self.longest:
            text = (
                f"the row has {len(body)} bytes, and at most {self.longest} are taken"
            )
            raise RowRefused("row_too_large", text)
        return body

    def many(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        """The same bytes for rows of one change. Raises OneByOne."""
        bodies = self._many(rows, found)
        if self.longest and max(map(len, bodies)) > self.longest:
            raise OneByOne
        return bodies

    def _many(self, rows: Rows, found: Sequence[Any]) -> list[bytes]:
        key: Values = [None] * len(rows)
        if self.key is not None:
            key = self.key.format.many(rows.column(self.key.name))
        names: list[str] = []
        written: list[Values] = []
        for group, fields in self._groups.items():
            keys = [each.key for each in fields]
            shown = [self._column(each, rows.column(each.name)) for each in fields]
            if not group:
                names, written = keys, shown
                continue
            objects: Sequence[Any] = self._objects(group, keys, shown)
            if not all(objects):
                objects = [each or None for each in objects]
            names, written = [*names, group], [*written, objects]
        is_found = self.whom is not None and any(found)
        if self.shape is None and not is_found:
            if self.key is not None:
                names, written = [self.key.key, *names], [key, *written]
            return as_json(records(names, written, nulls=self.writes_nulls))
        attributes = records(names, written, nulls=self.writes_nulls)
        if not names:
            attributes = [{} for _ in key]
        if self.shape is not None:
            return as_json(map(self.shape, key, attributes))
        return as_json(map(self._whole, key, attributes, found))

    @cached_property
    def _groups(self) -> Mapping[str, list[Field]]:
        """The fields by the object that holds them, those of none first."""
        found: dict[str, list[Field]] = {}
        for each in sorted(self.fields, key=lambda each: each.group != ""):
            found.setdefault(each.group, []).append(each)
        return found

    def _objects(
        self, group: str, keys: Sequence[str], written: Sequence[Values]
    ) -> Sequence[Any]:
        """What stands under the name of a group, of each row."""
        if group != self.listed:
            return records(keys, written, nulls=self.writes_nulls)
        together = zip(*written, strict=True)
        return [[each for each in row if each is not None] for row in together]

    def _whole(self, key: Any, attributes: Attributes, found: Any) -> Any:
        if self.shape is not None:
            return self.shape(key, attributes)
        if self.whom is not None and found:
            return {**self.whom(key, found), **attributes}
        return {self.key.key: key, **attributes} if self.key else attributes

    def _shown(self, field: Field, row: Mapping[str, Any]) -> Any:
        value = row.get(field.name)
        if value is not None or field.sees_nulls:
            return field.one(value)
        if self.nulls == "error":
            raise RowRefused("null", f"'{field.name}' is null")
        return None if self.nulls == "omit" else field.null

    def _column(self, field: Field, column: Values) -> Values:
        written = field.format.many(column)
        null = None if self.nulls == "omit" else field.null
        is_done = field.sees_nulls or (self.nulls != "error" and null is None)
        if is_done or None not in column:
            return written
        if self.nulls == "error":
            raise OneByOne
        pairs = zip(column, written, strict=True)
        return [null if value is None else shown for value, shown in pairs]
