"""How the values of a field are written, declared once for one value and for a column.

`one` says it. `many` gives the same for each value of a column and is faster; a format
whose values are rare can do without it. A platform's own formats stand in its folder.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, ClassVar

from outhaul.errors import RowRefused
from outhaul.kit import columns, values
from outhaul.kit.columns import Values
from outhaul.kit.service import OneByOne
from outhaul.model import Kind

_NUMBERS = frozenset({Kind.INTEGER, Kind.NUMBER})
_TIMES = frozenset({Kind.DATE, Kind.TIMESTAMP})


class Format:
    """What a value becomes: whatever orjson takes; None leaves nothing of it.

    word: what it takes, for people. kinds: those of the columns that it can write.
    """

    word: ClassVar[str] = "any value"
    kinds: ClassVar[Collection[Kind]] = frozenset(Kind)

    def one(self, field: str, value: Any) -> Any:
        """A value that is not null; `field` is named where it is refused.

        Raises RowRefused.
        """
        return value

    def many(self, column: Values) -> Values:
        """The same for the values of a column; a null stays None. Raises OneByOne."""
        try:
            return [None if each is None else self.one("", each) for each in column]
        except RowRefused:
            raise OneByOne from None


class AsIs(Format):
    """Values that something else writes, such as the lines of a file."""

    def many(self, column: Values) -> Values:
        return column


@dataclass(frozen=True)
class Fixed(Format):
    """The same value in every row, whatever its column has; its field sees nulls."""

    value: Any

    def one(self, field: str, value: Any) -> Any:
        return self.value

    def many(self, column: Values) -> Values:
        return [self.value] * len(column)


@dataclass(frozen=True)
class Text(Format):
    """A text of at most `longest` characters, cut off there if it `is_cut`.

    pattern: what it has to match as a whole; else it is refused with `code`, and
    `problem` follows the name of its field. clears: an empty text leaves nothing.
    """

    longest: int | None = None
    pattern: re.Pattern[str] | None = None
    code: str = "form"
    problem: str = "is not in the form that it needs"
    is_cut: bool = False
    clears: bool = False
    word: ClassVar[str] = "a text"

    def one(self, field: str, value: Any) -> str | None:
        text = values.text(field, value, None if self.is_cut else self.longest)
        if self.is_cut:
            text = text[: self.longest]
        if self.pattern is not None and not self.pattern.fullmatch(text):
            raise RowRefused(self.code, f"'{field}' {self.problem}")
        return None if self.clears and not text else text

    def many(self, column: Values) -> Values:
        if self.is_cut:
            return super().many(column)
        found = columns.texts(column, self.longest)
        if self.pattern is not None:
            present = [text for text in found if text is not None]
            if not all(map(self.pattern.fullmatch, present)):
                raise OneByOne
        return [text or None for text in found] if self.clears else found


class Number(Format):
    """A number for JSON, exact or refused."""

    word = "a number"
    kinds = _NUMBERS

    def one(self, field: str, value: Any) -> Any:
        return values.number(field, value)

    def many(self, column: Values) -> Values:
        return columns.numbers(column)


class Boolean(Format):
    """True or false."""

    word = "true or false"
    kinds = frozenset({Kind.BOOLEAN})

    def one(self, field: str, value: Any) -> bool:
        return values.boolean(field, value)

    def many(self, column: Values) -> Values:
        return columns.booleans(column)


class Json(Format):
    """Whatever JSON can say."""

    def one(self, field: str, value: Any) -> Any:
        return values.as_json(field, value)

    def many(self, column: Values) -> Values:
        return columns.for_json(column)


@dataclass(frozen=True)
class Day(Format):
    """A date, in ISO 8601 or in a `notation` of strftime; of a time, the day in UTC."""

    notation: str = ""
    word: ClassVar[str] = "a date"
    kinds: ClassVar[Collection[Kind]] = _TIMES

    def one(self, field: str, value: Any) -> str:
        return self._written(values.day(field, value))

    def many(self, column: Values) -> Values:
        if not self.notation:
            return columns.iso_days(column)
        return columns.days(column, self._written)

    def _written(self, day: date) -> str:
        if not self.notation:
            return day.isoformat()
        # `%Y` leaves out leading zeros on some platforms.
        return day.strftime(self.notation.replace("%Y", f"{day.year:04d}"))


@dataclass(frozen=True)
class Moment(Format):
    """A point in time in UTC, to the second; of a date, its midnight.

    between, end: what stands between day and time, and behind them.
    """

    between: str = "T"
    end: str = ""
    word: ClassVar[str] = "a date or a time"
    kinds: ClassVar[Collection[Kind]] = _TIMES

    def one(self, field: str, value: Any) -> str:
        return values.seconds(field, value, self.between, self.end)

    def many(self, column: Values) -> Values:
        return columns.seconds(column, self.between, self.end)


class UnixTime(Format):
    """A point in time as whole seconds since 1970; of a date, its midnight in UTC."""

    word = "a date or a time"
    kinds = _TIMES

    def one(self, field: str, value: Any) -> int:
        return math.floor(values.moment(field, value).timestamp())


@dataclass(frozen=True)
class RecentMoment(Moment):
    """A point in time that is not in the future and at most `hours` old."""

    hours: float = 24.0
    clock: Callable[[], float] = lambda: datetime.now(timezone.utc).timestamp()

    def one(self, field: str, value: Any) -> str:
        moment = values.moment(field, value)
        now = datetime.fromtimestamp(self.clock(), timezone.utc)
        if moment > now:
            raise RowRefused("in_future", "the event is in the future")
        if now - moment > timedelta(hours=self.hours):
            raise RowRefused("too_old", f"the event is older than {self.hours:g} hours")
        return super().one(field, value)

    def many(self, column: Values) -> Values:
        """To be sure of all, it is enough to look at the first and the last time."""
        written = super().many(column)
        if set(map(type, column)) != {datetime}:
            raise OneByOne
        super(Moment, self).many([min(column), max(column)])
        return written


@dataclass(frozen=True)
class RecentUnixTime(RecentMoment):
    """The same as whole seconds since 1970."""

    def one(self, field: str, value: Any) -> Any:
        super().one(field, value)
        return UnixTime().one(field, value)

    def many(self, column: Values) -> Values:
        super().many(column)
        return UnixTime().many(column)


@dataclass(frozen=True)
class Email(Format):
    """An address in the form that is compared.

    as_given: one that is not in that form already is refused. in_lower_case: whether
    it is sent in that form or, once that is found valid, as the row has it.
    """

    longest: int = values.LONGEST_EMAIL
    as_given: bool = False
    in_lower_case: bool = True
    word: ClassVar[str] = "an e-mail address"
    kinds: ClassVar[Collection[Kind]] = frozenset({Kind.TEXT})

    def one(self, field: str, value: Any) -> str:
        address = values.normal_email(value, self.longest)
        if self.as_given and address != value:
            raise RowRefused(
                "not_normal",
                "the address is not in lower case without outer spaces; select"
                " {{ outhaul.normalized_email('email') }} as email",
            )
        return address if self.in_lower_case else str(value).strip(" ")

    def many(self, column: Values) -> Values:
        found = columns.emails(column, self.longest)
        if self.as_given and found != column:
            raise OneByOne
        return found if self.in_lower_case else [each.strip(" ") for each in column]


@dataclass(frozen=True)
class Id(Format):
    """What a platform knows somebody by: trimmed, in its own case unless asked."""

    longest: int
    in_lower_case: bool = False
    word: ClassVar[str] = "an id"

    def one(self, field: str, value: Any) -> str:
        if value is None or (isinstance(value, str) and not value.strip()):
            raise RowRefused("no_id", f"'{field}' is empty")
        rendered = values.text(field, value, self.longest).strip(" ")
        if rendered != rendered.strip():
            # The build compares identities without outer spaces, not without these.
            raise RowRefused("id", f"'{field}' begins or ends with a line break")
        if self.in_lower_case:
            return values.in_one_spelling(field, values.folded(rendered))
        return rendered

    def many(self, column: Values) -> list[str]:
        found = [
            "" if text is None else text.strip(" ")
            for text in columns.texts(column, self.longest)
        ]
        if not all(found) or any(text != text.strip() for text in found):
            raise OneByOne
        if self.in_lower_case and not "".join(found).isascii():
            raise OneByOne  # see `values.in_one_spelling`
        return [text.lower() for text in found] if self.in_lower_case else found


@dataclass(frozen=True)
class Texts(Format):
    """A list of at most `most` texts, each of at most `longest` characters."""

    most: int
    longest: int
    word: ClassVar[str] = "a list of texts"
    kinds: ClassVar[Collection[Kind]] = frozenset({Kind.JSON, Kind.TEXT})

    def one(self, field: str, value: Any) -> Sequence[str] | None:
        found = values.nested(field, value)
        return values.texts(field, found, self.most, self.longest) or None
