"""What a diff declares of an endpoint: requests, answers by row, tokens."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
import yaml

from outhaul.config.settings import read_settings
from outhaul.destinations.webhook import RowsOptions, Webhook
from outhaul.errors import ConfigurationError, OutcomeUnknown, RowRefused, StopSync
from outhaul.kit.rows import Items
from outhaul.kit.service import Activation, Encoded
from outhaul.model import Change, Column, Kind, Row
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.binding import bound
from tests.destinations.driver import deliver

PAGE = Path(__file__).resolve().parents[2] / "docs" / "destinations" / "webhook.md"
ACTIVATION = Activation("vip__hook", "vip", "hook", generation=3)
NAMES = ("id", "email")
COLUMNS = [Column(name, name, Kind.TEXT, "varchar") for name in NAMES]
ROWS = [
    Row(n, Change.INSERTED, {"id": str(n), "email": f"p{n}@example.com"})
    for n in range(1, 5)
]
BAD = {"_refuse": True}
SECRET = "canary-secret"


@pytest.fixture
def account(sandbox):
    return Webhook(
        url=sandbox.url("webhook"),
        secret_headers={"Authorization": "canary-key"},
        allow_private=True,
    )


def service(account, **options):
    return bound(account, "changes", RowsOptions(**options), ACTIVATION)


def send(account, rows=ROWS, **options):
    sender = service(account, **options)
    return sender.send(Items.of(Encoded(row, sender.encode(row)) for row in rows))


def statuses(outcomes):
    return [each.status.value for each in outcomes]


# --- requests


def example():
    """The destination and the diff of the page."""
    part = PAGE.read_text("utf-8").split("## A request for each change")[1]
    blocks = [
        yaml.safe_load(each) for each in re.findall("```yaml\n(.*?)```", part, re.S)
    ]
    (settings,) = blocks[0]["destinations"].values()
    assert blocks[1]["config"]["meta"]["outhaul"]["service"] == "changes"
    defaults = settings.pop("defaults")
    return {k: v for k, v in settings.items() if k != "type"}, defaults


def test_the_example_of_the_page_makes_the_requests_that_it_says(sandbox):
    settings, options = example()
    url = sandbox.url("webhook")
    moved = {"url": f"{url}/v1", "token_url": f"{url}/oauth2/token"}
    moved |= {"client_secret": "canary-secret", "allow_private": True}
    account = read_settings(Webhook, {**settings, **moved}, "page")
    assert account.validate() == []
    sender = bound(account, "changes", RowsOptions(**options), ACTIVATION)
    columns = [Column("customer_id", "customer_id", Kind.TEXT, "varchar")]
    keys = {Change.INSERTED: "17", Change.UPDATED: "a/ä?", Change.REMOVED: "18"}
    rows = [
        Row(n, change, {"customer_id": key, "_x": 1})
        for n, (change, key) in enumerate(keys.items(), 1)
    ]
    sandbox.vendors["webhook"].load({"rows": {"18": {}}})
    assert set(statuses(deliver(sender, columns, rows).values())) == {"accepted"}
    sent = [(r["method"], r["path"]) for r in sandbox.state()["requests"]]
    assert sorted(sent) == [
        ("DELETE", "/v1/customers/18"),
        ("PATCH", "/v1/customers/a%2F%C3%A4%3F"),
        ("POST", "/oauth2/token"),
        ("POST", "/v1/customers"),
    ]
    bodies = [each["body"] for each in sandbox.state()["webhook"]["bodies"]]
    assert "" in bodies and '{"customer_id":"17","_x":1}' in bodies


def test_changes_of_other_requests_never_share_one(account):
    sender = service(account, path="/bulk", requests={"updated": "PUT /bulk"})
    inserted, updated = map(sender.limits, (Change.INSERTED, Change.UPDATED))
    assert (inserted.rows, inserted != updated) == (500, True)
    assert sender.limits(Change.REMOVED) == inserted
    alone = service(account, path="/x?id={id}")
    assert alone.limits(Change.INSERTED).rows == 1
    assert (alone.owns(), alone.writes_to()) == (
        "the path '/x?id={id}'",
        "path '/x?id={id}'",
    )


def test_a_path_is_shown_without_values(account, sandbox):
    sandbox.add_faults(Fault("status", "POST", "*", status=500))
    with pytest.raises(OutcomeUnknown, match=r"^POST /p/\{email\} was") as caught:
        send(account, ROWS[:1], path="/p/{email}?to={email}")
    assert "p1" not in str(caught.value)


@pytest.mark.parametrize("value", [None, "", ".", "..", "\ud800", b"x"])
def test_a_value_that_no_path_can_hold_refuses_its_row(account, value):
    sender = service(account, path="/p/{id}")
    with pytest.raises(RowRefused):
        sender.encode(ROWS[0]._replace(values={"id": value}))


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"requests": {"upserted": "PUT /x"}}, "'upserted' is no change"),
        ({"requests": {"removed": "/x"}}, "write a method and a path"),
        ({"requests": {"removed": "GET /x"}}, "write a method and a path"),
        ({"requests": {"removed": "DELETE //evil.test"}}, "must be a path such as"),
        ({"path": "/x/{id"}, "path: has a brace"),
        ({"path": "/x/../{id}"}, "must be a path such as"),
        ({"change_field": ""}, "nothing tells removed rows"),
        ({"row_key": "/k", "row_results": "#"}, "need each other"),
        ({"row_index": "/i"}, "need 'row_results'"),
        ({"results_of": "failures", "row_results": "#"}, "whose failures"),
        ({"row_index": "i"}, "'row_index' is not a JSON Pointer"),
    ],
)
def test_a_declaration_that_cannot_work_is_told(account, options, problem):
    with pytest.raises(ConfigurationError, match="vip__hook: meta.outhaul") as caught:
        service(account, **options)
    assert problem in str(caught.value)


def test_columns_that_the_select_lacks_are_told_at_once(account):
    by_key = {"row_results": "#", "row_key": "/k", "row_key_column": "mail"}
    sender = service(account, requests={"removed": "DELETE /x/{idd}"}, **by_key)
    with pytest.raises(ConfigurationError) as caught:
        sender.check(COLUMNS)
    assert "no column 'idd' (did you mean 'id'?)" in str(caught.value)
    assert "'row_key_column': there is no column 'mail'" in str(caught.value)


# --- answers by row

BY_ROW = {
    "order": {"row_results": "/results"},
    "key": {"row_results": "/results", "row_key": "/key", "row_key_column": "id"},
    "index": {
        "row_results": "/errors",
        "row_index": "/index",
        "results_of": "failures",
    },
}


@pytest.mark.parametrize("answers", BY_ROW)
def test_an_answer_tells_of_rows(sandbox, account, answers):
    bad = ROWS[1]._replace(values={**ROWS[1].values, **BAD})
    rows = [ROWS[0], bad, *ROWS[2:]]
    path = f"/people?answers={answers}"
    outcomes = send(account, rows, path=path, **BY_ROW[answers])
    assert statuses(outcomes) == ["accepted", "rejected", "accepted", "accepted"]
    assert outcomes[1].code == "http_422"
    assert set(sandbox.state()["webhook"]["rows"]) == {"1", "3", "4"}


def told(sandbox, content, status=207):
    sandbox.add_faults(Fault("status", "POST", "*", status=status, body=content))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"errors": []}, ["accepted"] * 4),
        ({"errors": [{"index": 1}]}, ["accepted", "rejected", "accepted", "accepted"]),
        # An error that names no row makes none accepted.
        ({"errors": [{"index": 4}]}, ["some_failed"] * 4),
        ({"errors": [{"status": 500}]}, ["some_failed"] * 4),
        (
            {"errors": [{"index": "0"}, {"index": True}]},
            ["rejected", "some_failed", "some_failed", "some_failed"],
        ),
        # The worst of what is said of a row counts; a declared word may excuse it.
        (
            {
                "errors": [
                    {"index": 0, "status": "twice"},
                    {"index": 1, "status": 503},
                    {"index": 2, "status": 503},
                    {"index": 2, "status": 200},
                ]
            },
            ["accepted", "unknown", "rejected", "accepted"],
        ),
    ],
)
def test_failures_speak_for_the_rows_that_they_name(
    sandbox, account, content, expected
):
    told(sandbox, content)
    declared = {**BY_ROW["index"], "statuses": {"twice": "accepted"}}
    assert statuses(send(account, **declared)) == expected


def test_rows_of_one_key_share_what_is_said_and_silence_accepts_nobody(
    sandbox, account
):
    twins = [ROWS[0], ROWS[0]._replace(seq=9), *ROWS[1:]]
    told(sandbox, {"results": [{"key": "1", "status": 200}, {"key": "x", "status": 1}]})
    with pytest.raises(StopSync, match="is not known: declare it"):
        send(account, twins, **BY_ROW["key"])
    told(sandbox, {"results": [{"key": 1, "status": 200}]})
    outcomes = send(account, twins, **BY_ROW["key"])
    assert statuses(outcomes) == ["accepted"] * 2 + ["unknown"] * 3


def test_without_the_list_of_failures_only_a_success_test_tells(sandbox, account):
    for content in ({"ok": True}, {}):
        told(sandbox, content)
        with pytest.raises(StopSync, match="without a list at '/errors'"):
            send(account, **BY_ROW["index"])
    tested = {**BY_ROW["index"], "success_field": "/ok"}
    told(sandbox, {"ok": True})
    assert statuses(send(account, **tested)) == ["accepted"] * 4
    told(sandbox, {"ok": False, "errors": [{"index": 0}]})
    assert statuses(send(account, **tested))[0] == "rejected"


# --- tokens


def by_token(sandbox, secret=SECRET, **settings):
    url = sandbox.url("webhook")
    return Webhook(
        url=f"{url}/rows",
        token_url=f"{url}/oauth2/token",
        client_id="client",
        client_secret=secret,
        allow_private=True,
        **settings,
    )


@pytest.fixture
def asked():
    return []


@pytest.fixture
def guarded(asked):
    observer = lambda request, reply: asked.append(request)  # noqa: E731
    with Sandbox(api_key="canary-secret", observer=observer) as running:
        yield running


@pytest.mark.parametrize("where", ["header", "body"])
def test_threads_share_a_token_which_is_renewed_once_where_it_is_refused(
    guarded, asked, where
):
    tokens = guarded.vendors["webhook"].tokens
    account = by_token(guarded, client_in=where, token_parameters={"scope": "a b"})
    threads = [threading.Thread(target=send, args=(account,)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (tokens.issued, len(asked)) == (1, 5)
    (asks,) = [each for each in asked if each.path == "/oauth2/token"]
    assert b"scope=a+b" in asks.body
    assert (b"client_secret=canary-secret" in asks.body) is (where == "body")
    tokens.end()
    assert statuses(send(account)) == ["accepted"] * 4
    assert tokens.issued == 2
    guarded.add_faults(Fault("status", "POST", "/rows", status=401, times=2))
    with pytest.raises(StopSync, match="401"):
        send(account)


def test_a_client_that_is_refused_stops_the_sync_and_shows_no_secret(guarded):
    account = by_token(guarded, secret="canary-other")
    with pytest.raises(StopSync, match="check 'client_id', 'client_secret'") as caught:
        send(account)
    assert "canary" not in f"{caught.value}{account!r}"
    guarded.add_faults(Fault("status", "POST", "*", status=500, body=b"canary-secret"))
    with pytest.raises(Exception, match="500") as caught:
        send(by_token(guarded))
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"client_id": "x"}, "'token_url' is missing"),
        ({"token_url": "https://a.example.com/t"}, "'client_secret' is missing"),
        ({"token_url": "http://a.example.com/t"}, "'token_url' must start with https"),
        ({"token_url": "https://10.1.2.3/t"}, "'token_url' is on this machine"),
        (
            {"client_id": "x", "token_parameters": {"grant_type": "password"}},
            "'grant_type' has a setting of its own",
        ),
        (
            {"client_id": "x", "secret_headers": {"authorization": "x"}},
            "which is that of the token",
        ),
    ],
)
def test_a_log_in_that_cannot_work_is_told(settings, problem):
    problems = Webhook(url="https://hooks.example.com", **settings).validate()
    assert any(problem in each for each in problems)
