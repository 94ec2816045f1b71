"""What is peculiar to webhooks: bodies, statuses, signatures, addresses."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json

import pytest

from outhaul.destinations.webhook import RowsOptions, Webhook
from outhaul.errors import ConfigurationError, OutcomeUnknown, RequestRefused, StopSync
from outhaul.kit.idempotency import idempotency_key
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row, Status
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver
from tests.http.raw_server import answering, reply, serving

ACTIVATION = Activation("vip__hook", "vip", "hook", generation=3)
COLUMNS = [Column("id", "id", Kind.INTEGER, "bigint")]
ROWS = [Row(n, Change.INSERTED, {"id": n}) for n in (1, 2)]
SETTINGS = {
    "secret_headers": {"Authorization": "Bearer canary-token"},
    "allow_private": True,
}


@pytest.fixture
def account(sandbox):
    return Webhook(url=sandbox.url("webhook"), **SETTINGS)


def service(account, kind="changes", activation=ACTIVATION, **options):
    return bound(account, kind, RowsOptions(**options), activation)


def send(account, rows=ROWS, **options):
    sender = service(account, **options)
    return sender.send(Items.of(Encoded(row, sender.encode(row)) for row in rows))


def received(sandbox):
    return sandbox.state()["webhook"]["bodies"]


def held(sandbox):
    return sandbox.state()["webhook"]["rows"]


# --- bodies


@pytest.mark.parametrize(
    ("form", "content_type", "body"),
    [
        (
            "array",
            "application/json",
            '[{"_change":"inserted","id":1},{"_change":"inserted","id":2}]',
        ),
        (
            "object",
            "application/json",
            '{"rows":[{"_change":"inserted","id":1},{"_change":"inserted","id":2}]}',
        ),
        (
            "ndjson",
            "application/x-ndjson",
            '{"_change":"inserted","id":1}\n{"_change":"inserted","id":2}\n',
        ),
    ],
)
def test_the_form_of_a_body(sandbox, account, form, content_type, body):
    send(account, body=form)
    (got,) = received(sandbox)
    assert (got["content-type"], got["body"]) == (content_type, body)
    assert set(held(sandbox)) == {"1", "2"}


def test_one_row_a_request(sandbox, account):
    sender = service(account, body="row", change_field="what")
    assert sender.limits(Change.INSERTED).rows == 1
    outcomes = deliver(sender, COLUMNS, ROWS)
    assert {each.status for each in outcomes.values()} == {Status.ACCEPTED}
    bodies = [each["body"] for each in received(sandbox)]
    assert bodies == ['{"what":"inserted","id":1}', '{"what":"inserted","id":2}']


def test_path_method_and_headers(sandbox, account):
    plain = dataclasses.replace(account, headers={"X-Source": "outhaul"})
    send(plain, path="/people", method="PUT")
    assert received(sandbox)[0]["path"] == "/people"
    assert sandbox.state()["requests"][0]["method"] == "PUT"


@pytest.mark.parametrize("path", ["@127.0.0.1:1/x", ".evil.test/x", ":1/x", "/../x"])
def test_J07_a_path_that_chooses_the_host_is_refused(account, path):
    with pytest.raises(ConfigurationError, match="vip__hook: meta.outhaul.path: must"):
        service(account, path=path)


def test_a_change_field_that_is_a_column_is_refused(account):
    sender = service(account, change_field="id")
    for act in (sender.check, sender.prepare):
        with pytest.raises(ConfigurationError, match="there is a column 'id' already"):
            act(COLUMNS)
    service(account).prepare(COLUMNS)


def test_upserts_leave_removals_out(account):
    assert service(account, "upserts").consumes == {Change.INSERTED, Change.UPDATED}
    assert service(account).consumes == set(Change)


# --- what a status means


def answer(sandbox, status, **options):
    sandbox.add_faults(Fault("status", "POST", "*", status=status, **options))


def test_C05_statuses_of_acceptance_are_declared(sandbox, account):
    for status in (200, 201, 202, 204):
        answer(sandbox, status)
        assert {each.status for each in send(account)} == {Status.ACCEPTED}
    for status in (203, 206, 207):
        answer(sandbox, status)
        with pytest.raises(StopSync, match="declare") as caught:
            send(account)
        assert caught.value.outcome_unknown
        answer(sandbox, status)
        assert len(send(account, statuses={str(status): "accepted"})) == 2


@pytest.mark.parametrize(
    ("meaning", "error"),
    [
        ("rejected", RequestRefused),
        ("retry", OutcomeUnknown),
        ("stop", StopSync),
        ("missing", RequestRefused),
    ],
)
def test_a_status_can_be_given_another_meaning(sandbox, account, meaning, error):
    answer(sandbox, 418)
    with pytest.raises(error):
        send(account, statuses={"418": meaning})
    answer(sandbox, 409)
    assert len(send(account, statuses={"409": "accepted"})) == 2


def test_C15_missing_rows_stand_alone(sandbox, account):
    answer(sandbox, 404, times=3)
    sender = service(account, statuses={"404": "missing"})
    outcomes = deliver(sender, COLUMNS, ROWS)
    assert {each.status for each in outcomes.values()} == {Status.MISSING}
    assert {each.code for each in outcomes.values()} == {"http_404"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_removal_alone_that_finds_nothing_is_done(sandbox, account, status):
    gone = [Row(1, Change.REMOVED, {"id": 1})]
    answer(sandbox, status)
    assert [each.status for each in send(account, gone)] == [Status.MISSING]
    for rows, statuses in (
        ([*gone, gone[0]._replace(seq=2)], {}),  # at a wrong address, most likely
        (ROWS[:1], {}),
        (gone, {str(status): "stop"}),
    ):
        answer(sandbox, status)
        with pytest.raises(StopSync):
            send(account, rows, statuses=statuses)


def test_a_refused_request_may_be_applied_in_part_unless_the_diff_says_otherwise(
    account,
):
    assert service(account).partly_applies
    assert not service(account, partly_applies=False).partly_applies


def test_C08_a_bad_row_is_found_by_halving(sandbox, account):
    bad = Row(3, Change.INSERTED, {"id": 3, "_refuse": True})
    outcomes = deliver(service(account), COLUMNS, [*ROWS, bad])
    assert [outcomes[n].status for n in (1, 2, 3)] == [
        Status.ACCEPTED,
        Status.ACCEPTED,
        Status.REJECTED,
    ]
    assert set(held(sandbox)) == {"1", "2"}


def test_a_meaning_that_is_none_is_refused(account):
    with pytest.raises(ConfigurationError, match="a status means one of accepted"):
        service(account, statuses={"404": "fine"})


# --- what an answer says


def told(sandbox, status, content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    answer(sandbox, status, body=body)


TESTS = {
    "true": ({}, {"ok": True}, {"ok": False}),
    "absent": ({}, {"ok": True}, {}),
    "text": ({"success_value": "done"}, {"ok": "done"}, {"ok": "busy"}),
    "number": ({"success_value": "0"}, {"ok": 0}, {"ok": 1}),
    "deep": (
        {"success_field": "/a~1b/1"},
        {"a/b": [False, True]},
        {"a/b": [True, False]},
    ),
    "whole": ({"success_field": "#", "success_value": "[]"}, [], [1]),
}


@pytest.mark.parametrize("test", TESTS)
def test_a_success_test_decides_under_an_accepted_status(sandbox, account, test):
    options, good, bad = TESTS[test]
    options = {"success_field": "/ok", **options}
    told(sandbox, 200, good)
    assert {each.status for each in send(account, **options)} == {Status.ACCEPTED}
    told(sandbox, 200, bad)
    with pytest.raises(RequestRefused) as caught:
        send(account, **options)
    assert caught.value.code == "not_successful"
    told(sandbox, 200, bad)
    assert len(send(account)) == 2


@pytest.mark.parametrize(
    ("failure", "error"),
    [("rejected", RequestRefused), ("retry", OutcomeUnknown), ("stop", StopSync)],
)
def test_what_a_failed_success_test_means_is_declared(sandbox, account, failure, error):
    told(sandbox, 202, {"ok": False})
    with pytest.raises(error, match="/ok is not success"):
        send(account, success_field="/ok", failure=failure)


def test_a_row_that_fails_the_success_test_is_found_by_halving(sandbox, account):
    for _ in range(2):  # both rows, then one of them
        told(sandbox, 200, {"ok": False})
    sender = service(account, success_field="/received", success_value="1")
    outcomes = deliver(sender, COLUMNS, ROWS)
    assert {each.status for each in outcomes.values()} == {
        Status.REJECTED,
        Status.ACCEPTED,
    }


def test_a_207_tells_of_each_row(sandbox, account):
    results = [{"status": 201}, {"status": 422, "error": "no such country"}]
    told(sandbox, 207, {"results": results})
    first, second = send(account, row_results="/results")
    assert first.status is Status.ACCEPTED
    assert (second.status, second.code) == (Status.REJECTED, "http_422")
    assert "no such country" in second.message


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (200, Status.ACCEPTED),
        ("204", Status.ACCEPTED),
        (True, Status.ACCEPTED),
        (False, Status.REJECTED),
        (404, Status.REJECTED),
        (429, Status.UNKNOWN),
        (503, Status.UNKNOWN),
        ("fine", Status.ACCEPTED),
        ("gone", Status.MISSING),
        ("bad", Status.REJECTED),
        ("busy", Status.UNKNOWN),
    ],
)
def test_what_an_answer_says_of_a_row(sandbox, account, result, status):
    words = {"fine": "accepted", "gone": "missing", "bad": "rejected", "busy": "retry"}
    told(sandbox, 200, [{"a": {"b": result}}] * 2)
    outcomes = send(account, row_results="#", row_status="/a/b", statuses=words)
    assert [each.status for each in outcomes] == [status] * 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"results": [{"status": 200}]}, "without a list of 2 results at '/results'"),
        ({"results": {}}, "without a list of 2 results"),
        ([], "without a list of 2 results"),
        ({"results": [{"status": "odd"}] * 2}, "is not known: declare it"),
        ({"results": [{}] * 2}, "is not known: declare it"),
    ],
)
def test_results_that_are_not_as_declared_stop_the_sync(sandbox, account, content, why):
    told(sandbox, 207, content)
    with pytest.raises(StopSync, match=why) as caught:
        send(account, row_results="/results")
    assert caught.value.outcome_unknown


def test_a_row_can_stop_the_sync(sandbox, account):
    told(sandbox, 200, [{"status": "quota"}] * 2)
    with pytest.raises(StopSync, match="stops the sync"):
        send(account, row_results="#", statuses={"quota": "stop"})


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"success_field": "ok"}, "'success_field' is not a JSON Pointer"),
        ({"row_results": "results"}, "'row_results' is not a JSON Pointer"),
        ({"row_status": "/a~2"}, "'row_status' is not a JSON Pointer"),
        ({"success_field": "/ok", "row_results": "#"}, "not both"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused(account, options, problem):
    with pytest.raises(ConfigurationError, match=problem):
        service(account, **options)
    service(account, success_field="#/ok", row_status="#/a~1b")


# --- the name of a request


def key_of(rows, activation=ACTIVATION):
    return idempotency_key(activation, Items.of(Encoded(row, b"{}") for row in rows))


def test_a_request_keeps_its_name_when_it_is_repeated(sandbox, account):
    sandbox.add_faults(Fault("drop", "POST", "*", applied=True))
    with pytest.raises(OutcomeUnknown):
        send(account)
    again = Webhook(url=sandbox.url("webhook"), **SETTINGS)
    send(again)
    first, second = received(sandbox)
    assert first["idempotency-key"] == second["idempotency-key"]
    assert (first["new"], second["new"]) == ("true", "false")


def test_C31_another_generation_position_or_row_has_another_name():
    names = {
        key_of(ROWS),
        key_of(ROWS[:1]),
        key_of(ROWS[1:]),
        key_of(ROWS, dataclasses.replace(ACTIVATION, generation=4)),
        key_of(ROWS, dataclasses.replace(ACTIVATION, name="other")),
        key_of(ROWS, dataclasses.replace(ACTIVATION, destination="other")),
        idempotency_key(ACTIVATION, Items.of(Encoded(row, b"{1}") for row in ROWS)),
    }
    assert len(names) == 7
    assert key_of(ROWS) == key_of(list(ROWS))


def test_the_header_of_the_name_can_be_chosen(sandbox, account):
    send(dataclasses.replace(account, idempotency_header="X-Request-Name"))
    assert received(sandbox)[0]["idempotency-key"] == ""


# --- signature and secrets


def test_J22_a_body_is_signed(sandbox, account):
    send(dataclasses.replace(account, signing_key="canary-signing"))
    (got,) = received(sandbox)
    digest = hmac.new(b"canary-signing", got["body"].encode(), hashlib.sha256)
    assert got["x-outhaul-signature"] == f"sha256={digest.hexdigest()}"


def test_J22_without_a_key_there_is_no_signature(sandbox, account):
    send(account)
    assert received(sandbox)[0]["x-outhaul-signature"] == ""


def test_J01_secrets_are_masked_in_what_the_endpoint_answers(sandbox, account):
    signed = dataclasses.replace(account, signing_key="canary-signing")
    for leak in ("Bearer canary-token", "canary-signing"):
        answer(sandbox, 500, body=leak.encode())
        with pytest.raises(OutcomeUnknown) as caught:
            send(signed)
        assert "canary" not in str(caught.value)
    assert "canary" not in repr(signed)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"url": "http://hooks.example.com"}, "must start with https://"),
        ({"url": "https://u:p@hooks.example.com"}, "must not hold a user name"),
        ({"url": "file:///etc/passwd"}, "must start with https://"),
        ({"url": "http://127.0.0.1:1/x"}, "set allow_private: true"),
        ({"url": "https://0.0.0.0/x"}, "set allow_private: true"),
        ({"url": "https://2130706433/x"}, "set allow_private: true"),
        ({"url": "https://0x7f.1/x"}, "set allow_private: true"),
        ({"url": "https://10.1.2.3/x"}, "set allow_private: true"),
        ({"url": "https://[64:ff9b::7f00:1]/x"}, "set allow_private: true"),
        ({"url": "https://a.localhost./x"}, "set allow_private: true"),
        ({"headers": {"Authorization": "x"}}, "holds a credential"),
        ({"headers": {"X Y": "x"}}, "is not a valid name"),
        ({"headers": {"X-Y": "a\nb"}}, "holds a line break"),
        ({"secret_headers": {"Authorization": "a\r\nX: y"}}, "holds a line break"),
        ({"idempotency_header": "X Y"}, "is not a valid name"),
    ],
)
def test_settings_that_cannot_work_are_told(settings, problem):
    account = Webhook(**{"url": "https://hooks.example.com", **settings})
    (first, *_) = account.validate()
    assert problem in first
    assert "canary" not in first
    for url in ("https://hooks.example.com", "https://93.184.215.14/x"):
        assert Webhook(url=url).validate() == []
    assert Webhook(url="https://10.1.2.3/x", allow_private=True).validate() == []


# --- J07: addresses


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1", "http://localhost", "https://2130706433"]
)
def test_J07_a_private_address_is_refused_before_a_byte_is_sent(address):
    with serving(answering(reply("200 OK", b"{}"))) as server:
        port = server.listener.getsockname()[1]
        with pytest.raises(StopSync, match="private network"):
            send(Webhook(url=f"{address}:{port}"))


def test_J07_a_private_address_can_be_allowed():
    with serving(answering(reply("200 OK", b"{}"))) as server:
        assert len(send(Webhook(url=server.url, allow_private=True))) == 2


def test_the_example_of_the_body_is_json(account):
    sender = service(account)
    assert json.loads(sender.encode(ROWS[0])) == {"_change": "inserted", "id": 1}


def test_a_request_without_a_path_is_named_by_its_method(account, sandbox):
    sandbox.add_faults(Fault("status", method="POST", path="*", status=404))
    with pytest.raises(StopSync, match="^POST was answered 404"):
        send(account)
