"""The promises of `outhaul.kit.service`, as checks of any service.

Each check takes a `Setup`: a service that is bound to a stand-in which holds
what the case's rows need. `test_contract.py` runs all of them for all cases.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from outhaul.engine.spool import Spool
from outhaul.errors import (
    DestinationError,
    NotSent,
    OutcomeUnknown,
    OuthaulError,
    RequestTooLarge,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded, Job, Service
from outhaul.model import Change, Outcome, Row, Status
from outhaul.registry.platforms import PLATFORMS
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.cases import SECRET, Case
from tests.destinations.driver import deliver, look_up, requests_of, send

ACTIVATION = Activation("vip__destination", "vip", "destination")


@dataclass
class Setup:
    case: Case
    sandbox: Sandbox
    service: Service

    @property
    def held(self) -> Any:
        """What the stand-in holds."""
        return self.sandbox.state()[self.case.stand_in or self.case.vendor]

    @property
    def lanes(self) -> list[list[Row]]:
        """Rows that are sent together: removals, and all others."""
        rows = [row for row in self.case.rows if row.change in self.service.consumes]
        lanes = [
            [row for row in rows if row.change is Change.REMOVED],
            [row for row in rows if row.change is not Change.REMOVED],
        ]
        return [lane for lane in lanes if lane]

    def encoded(self, lane: list[Row]) -> Items:
        asked = [row for row in lane if self.service.needs_look_up(row.change)]
        found = look_up(self.service, asked)
        items = []
        for row in lane:
            known: Any = found.get(row.seq)
            if not isinstance(known, Outcome):
                items.append(Encoded(row, self.service.encode(row, known), known))
        assert items, "the case's rows need no request"
        return requests_of(self.service, items)[0]

    def first(self) -> Items:
        """The last lane, ready to send: what the case's `write` carries."""
        self.service.prepare(self.case.columns)
        return self.encoded(self.lanes[-1])

    def fault(self, what: str, **options: Any) -> None:
        method, path = self.case.write
        self.sandbox.add_faults(
            Fault(what, **{"method": method, "path": path} | options)
        )


def make_service(case: Case, url: str, **settings: Any) -> Service:
    platform = PLATFORMS[case.vendor]
    account = platform.account(**{**case.account(url), **settings})
    assert account.validate() == []
    options = platform.services[case.service].Options(**case.options)
    return platform.bind(account, case.service, options, ACTIVATION)


def check_that_it_is_declared_in_full(setup: Setup) -> None:
    service, platform = setup.service, PLATFORMS[setup.case.vendor]
    assert service.name == setup.case.service
    assert platform.type == setup.case.vendor
    assert service.title and platform.title
    assert service.consumes and service.consumes <= set(Change)
    assert isinstance(service.stage, int)
    fields = {column.field for column in setup.case.columns}
    assert service.identity is None or service.identity in fields
    assert not service.membership or Change.REMOVED in service.consumes
    assert service.poll_seconds > 0
    assert service.poll_timeout_seconds > service.request_seconds > 0


def check_that_every_setting_is_documented(setup: Setup) -> None:
    platform = PLATFORMS[setup.case.vendor]
    options = platform.services[setup.case.service].Options
    for declared in (platform.account, options):
        assert dataclasses.is_dataclass(declared)
        assert declared.__doc__
        for field in dataclasses.fields(declared):
            assert (
                not field.init
                or field.metadata["help"].endswith(".")
                or ("default:" in field.metadata["help"])
            )


def check_that_limits_are_sane(setup: Setup) -> None:
    service = setup.service
    limits = [service.limits(change) for change in service.consumes]
    if any(service.needs_look_up(change) for change in Change):
        assert service.lookup_limits is not None
    if service.lookup_limits is not None:
        limits.append(service.lookup_limits)
    for each in limits:
        assert each.rows >= 1 and each.bytes >= 1_000
        assert each.per_second > 0 and each.concurrency >= 1


def check_that_secrets_are_not_shown(setup: Setup) -> None:
    account_class = PLATFORMS[setup.case.vendor].account
    url = setup.case.url(setup.sandbox)
    account = account_class(**setup.case.account(url))
    assert SECRET in repr(vars(account))
    for shown in (repr(account), str(account), repr(setup.service)):
        assert "canary" not in shown


def check_that_binding_opens_no_connection(setup: Setup) -> None:
    before = len(setup.sandbox.state()["requests"])
    service = make_service(setup.case, setup.case.url(setup.sandbox))
    service.owns()
    assert len(setup.sandbox.state()["requests"]) == before


def check_that_check_changes_nothing(setup: Setup) -> None:
    before = setup.held
    told = setup.service.check(setup.case.columns)
    assert setup.held == before
    assert all(isinstance(each, str) and each for each in told)
    setup.service.prepare(setup.case.columns)
    assert len(setup.service.check(setup.case.columns)) <= len(told)


def check_that_prepare_can_be_repeated(setup: Setup) -> None:
    setup.service.prepare(setup.case.columns)
    before = setup.held
    setup.service.prepare(setup.case.columns)
    again = make_service(setup.case, setup.case.url(setup.sandbox))
    again.prepare(setup.case.columns)
    assert setup.held == before


def check_that_all_rows_are_accepted(setup: Setup) -> None:
    outcomes = deliver(setup.service, setup.case.columns, setup.case.rows)
    assert sorted(outcomes) == sorted(row.seq for lane in setup.lanes for row in lane)
    assert {outcome.status for outcome in outcomes.values()} == {Status.ACCEPTED}
    for outcome in outcomes.values():
        assert outcome == Outcome(Status.ACCEPTED)


def check_that_the_stand_in_ends_as_expected(setup: Setup) -> None:
    """What arrived, and nobody whom the service must not create."""
    case = setup.case
    rows = [*case.rows, *case.strangers]
    outcomes = deliver(setup.service, case.columns, rows)
    missing = {n for n, each in outcomes.items() if each.status is Status.MISSING}
    assert missing == {row.seq for row in case.strangers}
    assert case.content(setup.sandbox) == case.ends


def check_that_sending_again_changes_nothing(setup: Setup) -> None:
    """Where the service says so: what it adds up is sent once, by the engine."""
    if not setup.service.repeatable:
        assert setup.service.consumes == {Change.INSERTED}
        return
    before = setup.case.content(setup.sandbox)
    deliver(setup.service, setup.case.columns, setup.case.rows)
    once = setup.case.content(setup.sandbox)
    assert once != before
    again = make_service(setup.case, setup.case.url(setup.sandbox))
    deliver(again, setup.case.columns, setup.case.rows)
    assert setup.case.content(setup.sandbox) == once


def check_that_encoding_is_repeatable_and_fits(setup: Setup) -> None:
    setup.service.prepare(setup.case.columns)
    for lane in setup.lanes:
        for item in setup.encoded(lane):
            limits = setup.service.limits(item.row.change)
            assert isinstance(item.body, bytes)
            assert 0 < len(item.body) <= limits.bytes
            assert setup.service.encode(item.row, item.found) == item.body


def check_that_bad_rows_are_refused_one_by_one(setup: Setup) -> None:
    setup.service.prepare(setup.case.columns)
    item = setup.encoded(setup.lanes[-1])[0]
    for values in setup.case.refused:
        row = item.row._replace(values={**item.row.values, **values})
        with pytest.raises(RowRefused) as caught:
            setup.service.encode(row, item.found)
        assert caught.value.code
        for value in values.values():
            assert not isinstance(value, str) or value not in str(caught.value)
    assert setup.service.encode(item.row, item.found) == item.body


def check_that_outcomes_come_in_order_and_polls_do_not_wait(setup: Setup) -> None:
    setup.service.prepare(setup.case.columns)
    for lane in setup.lanes:
        items = setup.encoded(lane)
        started = time.monotonic()
        answer = setup.service.send(items)
        if isinstance(answer, Job):
            assert answer.reference and "canary" not in answer.reference
            setup.service.poll(answer, items)
        assert time.monotonic() - started < 10
        outcomes = send(setup.service, items)
        assert [type(each) for each in outcomes] == [Outcome] * len(items)


def check_that_a_restarted_sync_can_take_up_a_job(setup: Setup) -> None:
    """A11: rows are encoded without a look-up then, and are not sent like that."""
    setup.service.prepare(setup.case.columns)
    for lane in setup.lanes:
        items = setup.encoded(lane)
        answer = setup.service.send(items)
        bare = Items.of(
            Encoded(i.row, setup.service.encode(i.row, None)) for i in items
        )
        if isinstance(answer, Job):
            outcomes = setup.service.poll(answer, bare)
            assert outcomes is None or len(outcomes) == len(bare)
        if setup.service.needs_look_up(lane[0].change):
            before = len(setup.sandbox.state()["requests"])
            asked = setup.service.send(bare)
            assert isinstance(asked, list)
            assert {outcome.status for outcome in asked} == {Status.AGAIN}
            assert len(setup.sandbox.state()["requests"]) == before


def check_that_a_wrong_key_stops_the_sync(setup: Setup) -> None:
    wrong = Sandbox(api_key="another key altogether", job_seconds=0)
    with wrong:
        service = make_service(setup.case, setup.case.url(wrong))
        if setup.case.asks_first:
            acts: list[Callable[[], Any]] = [
                lambda: service.check(setup.case.columns),
                lambda: service.prepare(setup.case.columns),
            ]
        else:
            acts = [lambda: service.send(setup.first())]
        for act in acts:
            with pytest.raises(StopSync) as caught:
                act()
            assert "canary" not in str(caught.value)


def check_that_nobody_listening_is_not_sent(setup: Setup) -> None:
    items = setup.first()
    url = setup.case.url(setup.sandbox)
    setup.sandbox.stop()
    with pytest.raises(NotSent):
        setup.service.send(items)
    if setup.case.asks_first:
        with pytest.raises(NotSent):
            make_service(setup.case, url).check(setup.case.columns)


WEB_PAGE = {
    "status": 200,
    "body": b"<html>Log in",
    "headers": {"Content-Type": "text/html"},
}
ANSWERS: list[tuple[str, dict[str, Any], type[DestinationError]]] = [
    ("throttle", {"seconds": 5}, Throttled),
    ("drop", {}, OutcomeUnknown),
    ("drop", {"applied": True}, OutcomeUnknown),
    ("status", {"status": 302, "headers": {"Location": "/login"}}, StopSync),
    # Until it is removed: a token that is refused once may be renewed.
    ("status", {"status": 401, "times": None}, StopSync),
    ("status", {"status": 403}, StopSync),
    ("status", {"status": 408}, OutcomeUnknown),
    ("status", {"status": 413}, RequestTooLarge),
    ("status", {"status": 500}, OutcomeUnknown),
    ("status", {"status": 500, "applied": True}, OutcomeUnknown),
    ("status", {"status": 502, "body": SECRET.encode()}, OutcomeUnknown),
    ("status", {"status": 503}, OutcomeUnknown),
    ("status", {"status": 299}, StopSync),
]
FILE_ANSWERS: list[tuple[str, dict[str, Any], type[DestinationError]]] = [
    ("drop", {"method": "WRITE"}, NotSent),
    ("drop", {"method": "REPLACE"}, NotSent),
    ("full", {"method": "WRITE"}, NotSent),
    ("swallow", {"method": "WRITE"}, NotSent),
    ("deny", {"method": "OPEN"}, StopSync),
    ("deny", {"method": "REPLACE"}, StopSync),
]


def check_that_answers_mean_what_they_mean(setup: Setup) -> None:
    """B, C and J01: the right error, without the secret; then rows go through."""
    items = setup.first()
    for what, options, error in ANSWERS if setup.case.is_http else FILE_ANSWERS:
        if setup.case.renews_token and options.get("status") == 401:
            options = {**options, "times": 2}
        setup.fault(what, **options)
        with pytest.raises(OuthaulError) as caught:
            setup.service.send(items)
        setup.sandbox.faults.clear()
        assert type(caught.value) is error, (what, options)
        shown = f"{caught.value}{caught.value!r}{caught.value.__context__!r}"
        assert "canary" not in shown
        assert "person" not in shown
    outcomes = deliver(setup.service, setup.case.columns, setup.case.rows)
    assert {each.status for each in outcomes.values()} == {Status.ACCEPTED}


def check_that_a_web_page_is_never_an_acceptance(setup: Setup) -> None:
    """C02: the page of a login, with a status that is otherwise an acceptance."""
    if not setup.case.is_http:
        return
    items = setup.first()
    for status in (200, 202):
        setup.fault("status", **{**WEB_PAGE, "status": status})
        with pytest.raises((StopSync, OutcomeUnknown)):
            setup.service.send(items)


def check_that_a_spooled_service_needs_no_values_to_send(setup: Setup) -> None:
    if not setup.service.spooled:
        return
    setup.service.prepare(setup.case.columns)
    for lane in setup.lanes:
        spool = Spool()
        items = setup.encoded(lane)
        spool.extend(Items.of(items))
        assert {each.status for each in setup.service.send(spool)} == {Status.ACCEPTED}


def check_that_it_only_consumes_what_it_declares(setup: Setup) -> None:
    consumed = {row.change for row in setup.case.rows}
    assert consumed >= setup.service.consumes, "the case lacks rows of a change"


CHECKS: list[Callable[[Setup], None]] = [
    check for name, check in sorted(globals().items()) if name.startswith("check_that_")
]
