"""What an answer means where its reader, and not we, know the endpoint: declared by it.

A success test looks into an answer that would count as accepted; results by row are a
list in it. Places in an answer are told as JSON Pointers.

https://www.rfc-editor.org/rfc/rfc6901
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import orjson

from outhaul.config.settings import setting
from outhaul.errors import OutcomeUnknown, RequestRefused, StopSync
from outhaul.http.answers import MEANINGS, Response, json_of, outcomes_by_status
from outhaul.model import ACCEPTED, UNKNOWN, Outcome, Status
from outhaul.text.redaction import excerpt

_ACCEPTED = dict.fromkeys(("200", "201", "202", "204"), "accepted")
_MULTI_STATUS = "207"
# What a removal of one row finds gone is removed.
_GONE = dict.fromkeys(("404", "410"), "missing")
_FAILURES = ("rejected", "retry", "stop")

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
        " that holds a result for each row, in their order; default: none, the status"
        " speaks for all rows.",
        default="",
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
        for name in ("success_field", "row_results", "row_status"):
            if not _POINTER.fullmatch(getattr(self, name)):
                problems.append(
                    f"'{name}' is not a JSON Pointer: write a place in the answer such"
                    " as /ok or /data/results, or # for all of it"
                )
        if self.success_field and self.row_results:
            problems.append(
                "give 'success_field' or 'row_results', not both: what is said of each"
                " row decides"
            )
        return problems

    def outcomes(
        self, response: Response, rows: int, *, removing: bool = False
    ) -> list[Outcome]:
        """One outcome for each row of a request. removing: whether it removes them.

        An answer that tells of success in a way that nobody declared ends the sync:
        to repeat the request would bring the same answer, for ever.
        """
        gone = _GONE if removing and rows == 1 else {}
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
        found = outcomes_by_status(response, statuses, rows)
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

    def _by_row(self, response: Response, rows: int) -> list[Outcome]:
        results = pointed(json_of(response), self.row_results)
        if not isinstance(results, list) or len(results) != rows:
            raise _not_declared(
                response, f"without a list of {rows} results at '{self.row_results}'"
            )
        return [self._of_row(response, result) for result in results]

    def _of_row(self, response: Response, result: Any) -> Outcome:
        word = _word(pointed(result, self.row_status))
        meaning = self.statuses.get(word) or _meaning(word)
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
