"""What an answer means where its reader, and not we, know the endpoint: declared by it.

A success test looks into an answer that would count as accepted; results by row are a
list in it. Places in an answer are told as JSON Pointers.

https://www.rfc-editor.org/rfc/rfc6901
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown, RequestRefused, StopSync
from outhaul.http.answers import MEANINGS, Response, json_of, outcomes_by_status
from outhaul.kit import values
from outhaul.kit.rows import Rows
from outhaul.model import ACCEPTED, UNKNOWN, Outcome, Status
from outhaul.text.redaction import excerpt

_ACCEPTED = dict.fromkeys(("200", "201", "202", "204"), "accepted")
_MULTI_STATUS = "207"
# What a removal of one row finds gone is removed.
_GONE = dict.fromkeys(("404", "410"), "missing")
_FAILURES = ("rejected", "retry", "stop")
_POINTERS = ("success_field", "row_results", "row_index", "row_key", "row_status")
_WORSE = (Status.ACCEPTED, Status.UNKNOWN, Status.MISSING, Status.REJECTED)

_POINTER = re.compile(r"#?(/([^~]|~[01])*)?")
_INDEX = re.compile(r"0|[1-9][0-9]*")
# Of a row's own status: what passes by itself, as 429 does; other 4xx refuse the row.
_PASSING = frozenset({"408", "425", "429"})


@dataclass(frozen=True)
class AnswerOptions:
    """What a diff may set about the answers to its requests."""

    statuses: dict[str, str] = setting(
        "What a status, or the word for a row's, means where it differs from the common"
        f' table, such as `"404": missing`; one of {", ".join(MEANINGS)}.',
        default={},
    )
    success_field: str = setting(
        "A JSON Pointer, such as `/ok`, to what tells of success in an answer that"
        " would count as accepted; default: the status alone tells.",
        default="",
    )
    success_value: str = setting(
        "What stands at `success_field` in a success, such as `true`, `0` or `done`.",
        default="true",
    )
    failure: str = setting(
        "What any other value there means.", default="rejected", choices=_FAILURES
    )
    row_results: str = setting(
        "A JSON Pointer, such as `/results`, or `#` for the answer itself, to the list"
        " that holds a result for each row, in their order unless `row_index` or"
        " `row_key` says otherwise; default: none, the status speaks for all rows.",
        default="",
    )
    results_of: str = setting(
        "Whether that list has `all` rows, or the `failures` alone. Those then need"
        " `row_index` or `row_key`: an error that names no row leaves all that are not"
        " named in doubt.",
        default="all",
        choices=("all", "failures"),
    )
    row_index: str = setting(
        "A JSON Pointer into a result, such as `/index`, to the number of its row in"
        " the request, from 0.",
        default="",
    )
    row_key: str = setting(
        "A JSON Pointer into a result, such as `/email`, to the value that its row has"
        " in `row_key_column`.",
        default="",
    )
    row_key_column: str = setting(
        "The column by which `row_key` tells rows.", default=""
    )
    row_status: str = setting(
        "A JSON Pointer into such a result, to a status such as 201, true, false or a"
        " word that `statuses` knows.",
        default="/status",
    )

    def problems(self) -> list[str]:
        """What is wrong with the declaration, one sentence each."""
        problems = []
        if not set(self.statuses.values()) <= set(MEANINGS):
            known = ", ".join(MEANINGS)
            problems.append(f"'statuses': a status means one of {known}")
        for name in _POINTERS:
            if not _POINTER.fullmatch(getattr(self, name)):
                problems.append(
                    f"'{name}' is not a JSON Pointer: write a place in the answer such"
                    " as /ok or /data/results, or # for all of it"
                )
        is_by_name = bool(self.row_index or self.row_key)
        if self.success_field and self.row_results and self.results_of == "all":
            problems.append(
                "give 'success_field' or 'row_results', not both: what is said of each"
                " row decides"
            )
        if self.row_index and self.row_key:
            problems.append("give 'row_index' or 'row_key', not both")
        if bool(self.row_key) != bool(self.row_key_column):
            problems.append("'row_key' and 'row_key_column' need each other")
        if is_by_name and not self.row_results:
            problems.append("'row_index' and 'row_key' need 'row_results'")
        if self.results_of == "failures" and not (is_by_name and self.row_results):
            problems.append(
                "'results_of: failures' needs 'row_results', and 'row_index' or"
                " 'row_key', which say whose failures those are"
            )
        return problems

    def column_problems(self, fields: Collection[str]) -> list[str]:
        """That the select lacks the column by which results tell rows."""
        name = self.row_key_column
        if not name or name in fields:
            return []
        return [f"'row_key_column': there is no column '{name}'"]

    def outcomes(
        self, response: Response, rows: Rows, *, removing: bool = False
    ) -> list[Outcome]:
        """One outcome for each row of a request. removing: whether it removes them.

        An answer that tells of success in a way that nobody declared ends the sync:
        to repeat the request would bring the same answer, for ever.
        """
        gone = _GONE if removing and len(rows) == 1 else {}
        statuses = _ACCEPTED | gone | self.statuses
        if self.row_results:
            statuses.setdefault(_MULTI_STATUS, "accepted")
        status = response.status
        if 200 <= status < 300 and str(status) not in statuses:
            is_multi = str(status) == _MULTI_STATUS
            raise _not_declared(
                response,
                "which tells of each row by itself: declare where under 'row_results'"
                if is_multi
                else "which is not known to mean success: declare it under 'statuses'",
            )
        found = outcomes_by_status(response, statuses, len(rows))
        if self.row_results and all(each is ACCEPTED for each in found):
            return self._by_row(response, rows)
        if self.success_field and ACCEPTED in found:
            self._test(response)
        return found

    def _test(self, response: Response) -> None:
        """Raises what `failure` says where an answer fails the success test."""
        value = pointed(json_of(response), self.success_field)
        if _word(value) == self.success_value:
            return
        text = f"{response.describe()}; {self.success_field} is not success"
        if self.failure == "retry":
            raise OutcomeUnknown(text)
        if self.failure == "stop":
            raise StopSync(text)
        raise RequestRefused(text, code="not_successful")

    def _by_row(self, response: Response, rows: Rows) -> list[Outcome]:
        results = pointed(json_of(response), self.row_results)
        if results is None and self.results_of == "failures" and self.success_field:
            self._test(response)
            results = []
        is_named = bool(self.row_index or self.row_key)
        is_list = isinstance(results, list)
        if not is_list or not (is_named or len(results) == len(rows)):
            wanted = "" if is_named else f" of {len(rows)} results"
            raise _not_declared(
                response, f"without a list{wanted} at '{self.row_results}'"
            )
        outcomes = [self._of_row(response, result) for result in results]
        return self._by_name(results, outcomes, rows) if is_named else outcomes

    def _by_name(
        self, results: Sequence[Any], outcomes: Sequence[Outcome], rows: Rows
    ) -> list[Outcome]:
        """What is said of each row, which results name; the worst of it counts."""
        of_row: dict[int, Outcome] = {}
        rows_of = self._names(rows)
        is_clear = True
        for result, outcome in zip(results, outcomes, strict=True):
            named = rows_of.get(_word(pointed(result, self.row_index or self.row_key)))
            is_clear = is_clear and (named is not None or outcome is ACCEPTED)
            for index in named or ():
                told = (of_row.get(index, outcome), outcome)
                of_row[index] = max(told, key=lambda each: _WORSE.index(each.status))
        unsaid = UNKNOWN
        if self.results_of == "failures":
            unsaid = ACCEPTED if is_clear else Outcome(Status.SOME_FAILED)
        return [of_row.get(index, unsaid) for index in range(len(rows))]

    def _names(self, rows: Rows) -> Mapping[str, Sequence[int]]:
        """How results may name rows, and which those are."""
        if self.row_index:
            return {str(index): [index] for index in range(len(rows))}
        found: dict[str, list[int]] = {}
        for index, value in enumerate(rows.column(self.row_key_column)):
            if value is not None:
                name = values.text(self.row_key_column, value)
                found.setdefault(name, []).append(index)
        return found

    def _of_row(self, response: Response, result: Any) -> Outcome:
        word = _word(pointed(result, self.row_status))
        meaning = self.statuses.get(word) or self._meaning(word)
        if meaning == "accepted":
            return ACCEPTED
        if meaning == "retry":
            return UNKNOWN
        text = excerpt(_word(result), response.secrets)
        code = f"http_{word}" if word.isdigit() else "refused"
        if meaning in ("missing", "rejected"):
            return Outcome(Status[meaning.upper()], code, text)
        raise _not_declared(
            response,
            f"and a row's '{self.row_status}' stops the sync: {text}"
            if meaning == "stop"
            else f"and what it says of a row at '{self.row_status}' is not known:"
            f" declare it under 'statuses': {text}",
        )

    def _meaning(self, word: str) -> str | None:
        """What an answer says of a row, where the user declared nothing else."""
        if self.results_of == "failures":
            # Its place among them says enough, whatever its code is.
            return "retry" if _meaning(word) == "retry" else "rejected"
        return _meaning(word)


def pointed(answer: Any, pointer: str) -> Any:
    """The value at a JSON Pointer, or None where there is none."""
    for piece in pointer.removeprefix("#").split("/")[1:]:
        name = piece.replace("~1", "/").replace("~0", "~")
        if isinstance(answer, dict):
            answer = answer.get(name)
        elif isinstance(answer, list) and _INDEX.fullmatch(name):
            answer = answer[int(name)] if int(name) < len(answer) else None
        else:
            return None
    return answer


def _word(value: Any) -> str:
    """A value as a setting names it: texts as they are, all others as JSON."""
    if isinstance(value, str):
        return value
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # a number beyond 64 bits
        return str(value)


def _meaning(word: str) -> str | None:
    """What an answer says of a row, where the user declared nothing else."""
    if word in ("true", "false"):
        return "accepted" if word == "true" else "rejected"
    if not re.fullmatch(r"[1-5][0-9]{2}", word):
        return None
    if word in _ACCEPTED:
        return _ACCEPTED[word]
    return "rejected" if word[0] == "4" and word not in _PASSING else "retry"


def _not_declared(response: Response, why: str) -> StopSync:
    return StopSync(
        f"{response.request} was answered {response.status}, {why}",
        outcome_unknown=True,
    )
