"""What an answer means, as a table: task, answer, promise and past, and what follows.

Rows are shown by position, and `2*` is one in doubt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from outhaul.engine.course import Answer, Course, Policy, step_with_verdict
from outhaul.engine.effects import (
    Again,
    Doubt,
    Effect,
    Encode,
    Halve,
    Pause,
    PutOff,
    Settle,
    Stop,
)
from outhaul.engine.retries import ATTEMPTS, FREE_RETRIES, PAUSES
from outhaul.engine.summary import Result
from outhaul.engine.tasks import Step, Task
from outhaul.engine.verdicts import MOST_HALVINGS, at_fault, judge, lost
from outhaul.errors import (
    DestinationError,
    NotSent,
    OutcomeUnknown,
    Refusal,
    RequestRefused,
    RequestTooLarge,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Encoded, Items
from outhaul.kit.service import Job
from outhaul.model import ACCEPTED, UNKNOWN, Change, Outcome, Row, Status

REFUSED = Outcome(Status.REJECTED, "bad", "It is bad.")
GONE = Outcome(Status.MISSING, "gone", "It is gone.")
FAILED = Outcome(Status.SOME_FAILED)
AGAIN = Outcome(Status.AGAIN)
FOUND = Outcome(Status.AGAIN, found="there")

PLAIN = Policy(partly_applies=False, look_up_rows=2)
PARTLY = replace(PLAIN, partly_applies=True)
ONCE = replace(PARTLY, repeatable=False)

TRIED = tuple(float(second) for second in range(ATTEMPTS))
DOWN = Course(has_probed=True)
WORKS = Course(worked_at={step: 100.0 for step in Step})
LAST = ATTEMPTS - 1


def task(rows: int = 3, step: Step = Step.SEND, **more: Any) -> Task:
    """The task of so many rows, begun a moment ago."""
    change = more.pop("change", Change.UPDATED)
    items = Items.of(Encoded(Row(n, change, {}), b"") for n in range(1, rows + 1))
    return Task(step, change, items, begun_at=50.0, **more)


def at_last(rows: int = 3, step: Step = Step.SEND, **more: Any) -> Task:
    """The same before its last attempt."""
    return replace(task(rows, step, **more), attempts=LAST, tries=TRIED)


def removal(rows: int) -> Task:
    return at_last(rows, change=Change.REMOVED)


def shown(effect: Effect) -> str:
    """An effect in few words."""
    if isinstance(effect, Settle):
        doubt = "*" if effect.in_doubt else ""
        late = ", late" if effect.may_be_late else ""
        parts = [
            f"{item.row.seq}{doubt} {effect.kind or outcome.status.value}"
            + (f" {outcome.code}" if outcome.code else "")
            for item, outcome in zip(effect.items, effect.outcomes, strict=True)
        ]
        return "settle " + ", ".join(parts) + late
    if isinstance(effect, Again):
        retry = f", attempt {effect.task.attempts + 1}" if effect.is_retry else ""
        return (
            f"{effect.task.step.value} {of(effect.task)} in {effect.after:g} s{retry}"
        )
    if isinstance(effect, Encode):
        doubt = "*" if effect.in_doubt else ""
        pairs = zip(effect.items, effect.found, strict=True)
        found = ", ".join(f"{item.row.seq}{doubt} {each}" for item, each in pairs)
        return f"encode {found}"
    if isinstance(effect, Halve):
        why = " (too large)" * effect.is_too_large + " (probe)" * effect.is_probe
        return f"halve {of(effect.task)}{why}"
    if isinstance(effect, PutOff):
        return f"put off {of(effect.task)}"
    if isinstance(effect, Pause):
        return f"pause {effect.seconds:g} s"
    if isinstance(effect, Doubt):
        return "doubt"
    return f"stop {effect.result.value}" + (
        f" at {of(effect.task)}" if effect.task else ""
    )


def of(task: Task) -> str:
    doubt = "*" if task.in_doubt else ""
    return " ".join(f"{item.row.seq}{doubt}" for item in task.items)


def verdict(
    task: Task,
    answer: Any,
    policy: Policy = PLAIN,
    course: Course | None = None,
    chance: float = 1.0,
) -> list[str]:
    """What follows from a result or an error that came a minute after the start."""
    came = Answer(result=answer, at=60.0, chance=chance)
    if isinstance(answer, DestinationError):
        came = Answer(error=answer, at=60.0, chance=chance)
    step = step_with_verdict(task, came, policy)
    course = (course or Course()).answered(came, step)
    return [shown(effect) for effect in judge(task, came, policy, course)]


SETTLED = [
    (task(), [ACCEPTED] * 3, ["settle 1 accepted, 2 accepted, 3 accepted"]),
    (
        task(in_doubt=True),
        [ACCEPTED, REFUSED, GONE],
        ["settle 1* accepted, 2* rejected bad, 3* missing gone"],
    ),
    (task(2), RequestTooLarge("413"), ["halve 1 2 (too large)"]),
    (task(1), RequestTooLarge("413"), ["settle 1 rejected too_large"]),
    (task(1), RowRefused("bad", "It is."), ["settle 1 rejected bad"]),
    (task(2), RequestRefused("400"), ["halve 1 2"]),
    (task(1), RequestRefused("400", code="x"), ["settle 1 rejected x"]),
    (
        task(),
        RequestRefused("400", rows={1: Refusal("bad", "")}),
        ["settle 2 rejected bad", "send 1 3 in 0 s"],
    ),
    (
        task(1),
        RequestRefused("400", rows={0: Refusal("bad", "")}),
        ["settle 1 rejected bad"],
    ),
]

OPEN = [
    (
        task(),
        [ACCEPTED, UNKNOWN, UNKNOWN],
        ["settle 1 accepted", "doubt", "send 2* 3* in 0.5 s, attempt 2"],
    ),
    (task(), [ACCEPTED], ["doubt", "send 1* 2* 3* in 0.5 s, attempt 2"]),
    (task(), [ACCEPTED, FAILED, FAILED], ["settle 1 accepted", "halve 2* 3*"]),
    (
        task(2),
        [ACCEPTED, FAILED],
        ["settle 1 accepted", "doubt", "send 2* in 0.5 s, attempt 2"],
    ),
    (task(1), NotSent("no name"), ["send 1 in 0.5 s, attempt 2"]),
    (task(1), OutcomeUnknown("503"), ["doubt", "send 1* in 0.5 s, attempt 2"]),
    (
        task(1),
        OutcomeUnknown("503", after=7.0),
        ["doubt", "pause 7 s", "send 1* in 7 s, attempt 2"],
    ),
    (task(1), Throttled("429", after=7.0), ["pause 7 s", "send 1 in 7 s"]),
    (task(1), Throttled("429"), ["pause 1 s", "send 1 in 1 s"]),
    (task(1), Throttled("429", after=901.0), ["stop incomplete at 1"]),
    (task(1), NotSent("503", after=901.0), ["stop incomplete at 1"]),
    (task(1), StopSync("401"), ["stop failed at 1"]),
    (task(1), StopSync("302", outcome_unknown=True), ["stop failed at 1*"]),
    (task(2), RowRefused("bad", "Of which?"), ["stop failed at 1 2"]),
]

LOOKED_UP = [
    (task(2, Step.LOOK_UP), ["a", None], ["encode 1 a, 2 None"]),
    (
        task(3, Step.LOOK_UP),
        [GONE, "b", UNKNOWN],
        [
            "settle 1 missing gone",
            "encode 2 b",
            "look_up 3 in 0.5 s, attempt 2",
        ],
    ),
    (task(1, Step.LOOK_UP), OutcomeUnknown("503"), ["look_up 1 in 0.5 s, attempt 2"]),
    (task(3), [AGAIN] * 3, ["look_up 1 2 in 0 s", "look_up 3 in 0 s"]),
    (task(2), [FOUND, ACCEPTED], ["settle 2 accepted", "encode 1 there"]),
    (task(1, in_doubt=True), [FOUND], ["encode 1* there"]),
]

JOB = Job("7")
JOBS = [
    (task(1), JOB, ["poll 1 in 2 s"]),
    (task(1, Step.POLL, job=JOB), None, ["poll 1 in 2 s"]),
    (task(1, Step.POLL, job=JOB, polled_since=50.0), None, ["poll 1 in 5 s"]),
    (task(1, Step.POLL, job=JOB, polled_since=-60.0), None, ["poll 1 in 30 s"]),
    (task(1, Step.POLL, job=JOB, polled_since=-1800.0), None, ["stop incomplete at 1"]),
    (task(1, Step.POLL, job=JOB), [ACCEPTED], ["settle 1 accepted"]),
    (task(1, Step.POLL, job=JOB), OutcomeUnknown(""), ["poll 1 in 0.5 s, attempt 2"]),
]


@pytest.mark.parametrize(
    ("task", "answer", "effects"), [*SETTLED, *OPEN, *LOOKED_UP, *JOBS]
)
def test_what_an_answer_means_at_a_service_that_may_repeat(task, answer, effects):
    assert verdict(task, answer) == effects


@pytest.mark.parametrize(
    ("task", "answer", "effects"),
    [
        (
            task(1),
            OutcomeUnknown(""),
            ["doubt", "settle 1* unconfirmed no_answer, late"],
        ),
        (
            task(2),
            [ACCEPTED, UNKNOWN],
            ["settle 2* unconfirmed no_answer, late", "settle 1 accepted"],
        ),
        (task(1), [FAILED], ["settle 1* unconfirmed no_answer, late"]),
        (task(1), NotSent(""), ["send 1 in 0.5 s, attempt 2"]),
        (
            task(2),
            RequestRefused("400", rows={0: Refusal("bad", "")}),
            ["settle 1 rejected bad", "settle 2* unconfirmed no_answer, late"],
        ),
        (task(1), RequestRefused("400"), ["settle 1 rejected refused"]),
    ],
)
def test_what_an_answer_means_at_a_service_that_must_not_repeat(task, answer, effects):
    assert verdict(task, answer, ONCE) == effects


@pytest.mark.parametrize(
    ("task", "answer", "effects"),
    [
        (task(2), RequestRefused("400"), ["halve 1* 2*"]),
        (task(1), RequestRefused("400"), ["settle 1 rejected refused"]),
        (
            task(2),
            RequestRefused("400", rows={0: Refusal("bad", "")}),
            ["settle 1 rejected bad", "send 2* in 0 s"],
        ),
    ],
)
def test_rows_beside_a_refused_one_are_in_doubt_where_a_part_may_be_applied(
    task, answer, effects
):
    assert verdict(task, answer, PARTLY) == effects


@pytest.mark.parametrize(
    ("task", "course", "effects"),
    [
        (at_last(1), WORKS, ["settle 1 rejected no_answer"]),
        (at_last(1, in_doubt=True), WORKS, ["settle 1* rejected no_answer, late"]),
        (at_last(2), WORKS, ["halve 1 2"]),
        (at_last(2), Course(), ["halve 1 2 (probe)"]),
        (at_last(2), DOWN, ["stop incomplete at 1 2"]),
        (at_last(2), replace(WORKS, has_probed=True), ["halve 1 2"]),
        (
            at_last(2),
            replace(WORKS, halvings=MOST_HALVINGS),
            ["stop incomplete at 1 2"],
        ),
        (at_last(1), Course(), ["stop incomplete at 1"]),
        (at_last(2), replace(WORKS, is_stopped=True), ["stop incomplete at 1 2"]),
        (at_last(1, Step.POLL, job=JOB), WORKS, ["stop incomplete at 1"]),
        (at_last(1), Course(worked_at={Step.LOOK_UP: 9e9}), ["stop incomplete at 1"]),
        (at_last(1), Course(worked_at={Step.SEND: 0.5}), ["stop incomplete at 1"]),
        (removal(1), Course(), ["put off 1"]),
        (removal(2), DOWN, ["put off 1 2"]),
        (removal(1), WORKS, ["settle 1 rejected no_answer"]),
        (task(1), replace(WORKS, retries=FREE_RETRIES), ["stop incomplete at 1"]),
        (
            task(1),
            replace(WORKS, retries=FREE_RETRIES, requests=10),
            ["send 1 in 0.5 s, attempt 2"],
        ),
        (task(1), replace(WORKS, is_stopped=True), ["stop incomplete at 1"]),
    ],
)
def test_what_becomes_of_rows_without_a_verdict(task, course, effects):
    assert verdict(task, NotSent("no name"), course=course) == effects


def test_rows_that_share_an_answer_with_others_that_got_a_verdict_are_at_fault():
    """The answer itself shows that the destination works."""
    last = replace(at_last(2), resends=LAST)
    settled = verdict(last, [ACCEPTED, UNKNOWN])
    assert settled[0] == "settle 1 accepted"
    assert settled[-1] == "settle 2* rejected no_answer, late"
    assert verdict(replace(last, items=last.items[1:]), [UNKNOWN], course=DOWN) == [
        "doubt",
        "stop incomplete at 2*",
    ]


def test_a_request_is_not_halved_without_end():
    course = Course(halvings=MOST_HALVINGS)
    for answer in (RequestRefused("400"), [FAILED, FAILED]):
        assert verdict(task(2), answer, course=course)[-1].startswith("stop incomplete")
    assert verdict(task(2), RequestTooLarge(""), course=course) == [
        "halve 1 2 (too large)"
    ]


def test_a_row_that_keeps_coming_back_is_refused():
    for answer in (AGAIN, FOUND):
        course = Course(returned={1: 3})
        assert verdict(task(1), [answer], course=course)[0].split()[0] != "settle"
        course = Course(returned={1: 4})
        assert verdict(task(1), [answer], course=course) == [
            "settle 1 rejected not_applied"
        ]
    without = replace(PLAIN, look_up_rows=0)
    assert verdict(task(1), [AGAIN], without) == ["settle 1 rejected not_applied"]
    assert verdict(task(1), [FOUND], without) == ["encode 1 there"]


def test_pauses_in_a_row_end_a_sync_and_an_answer_between_them_starts_anew():
    course, asked = Course(), Answer(error=Throttled("429"))
    for _ in range(PAUSES):
        course = course.answered(asked, None)
    assert verdict(task(1), Throttled("429", after=1.0), course=course) == [
        "stop incomplete at 1"
    ]
    course = course.answered(Answer(result=[ACCEPTED]), Step.SEND)
    assert verdict(task(1), Throttled("429", after=1.0), course=course) == [
        "pause 1 s",
        "send 1 in 1 s",
    ]


def test_waits_grow_and_chance_shortens_them():
    def wait(attempts: int, chance: float) -> str:
        return verdict(task(1, attempts=attempts), NotSent(""), chance=chance)[0]

    assert wait(0, 1.0) == "send 1 in 0.5 s, attempt 2"
    assert wait(3, 1.0) == "send 1 in 4 s, attempt 5"
    assert wait(3, 0.25) == "send 1 in 1 s, attempt 5"


def test_what_a_sync_did_counts_toward_its_budget():
    course = Course()
    for effect in (Again(task(), is_retry=True), Again(task()), Halve(task(2))):
        course = course.after(effect)
    assert (course.retries, course.halvings, course.has_probed) == (1, 1, False)
    course = course.after(Halve(task(2), is_too_large=True))
    course = course.after(Halve(task(2), is_probe=True))
    assert (course.halvings, course.has_probed) == (2, True)
    assert course.after(Stop(Result.FAILED, "")).is_stopped


def test_of_what_was_put_off_the_row_at_fault_is_found():
    assert shown(at_fault(removal(2), "503")) == "halve 1 2"
    assert shown(at_fault(removal(1), "503")) == "settle 1 rejected no_answer"
    half = at_fault(removal(2), "503")
    assert isinstance(half, Halve) and half.task.attempts == ATTEMPTS - 2


def test_what_a_sync_leaves_open_is_settled_only_where_it_must_not_repeat():
    assert lost(task(in_doubt=True), "it ended", PLAIN) is None
    not_sent = lost(task(1), "it ended", ONCE)
    assert not_sent is not None and shown(not_sent) == "settle 1 not_sent not_sent"
    in_doubt = lost(task(1, in_doubt=True), "it ended", ONCE)
    assert in_doubt is not None
    assert shown(in_doubt) == "settle 1* unconfirmed no_answer, late"
    assert lost(replace(task(1), begun_at=None), "it ended", ONCE) is None
