"""Emarsys: tokens (OIDC) and digests (WSSE), and what is told when they are refused."""

from __future__ import annotations

import base64
import threading

import pytest

from outhaul.destinations.emarsys import Emarsys
from outhaul.destinations.emarsys.wsse import Wsse, wsse_digest
from outhaul.errors import NotSent, OuthaulError, StopSync, Throttled
from outhaul.http.client import HttpClient
from outhaul.kit.login import Token, client_credentials
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from tests.destinations.driver import deliver
from tests.destinations.emarsys_rows import COLUMNS, account, row, service

ASKS = client_credentials("/oauth2/token", "c", "canary-secret")
NONCE = "5398e214ae99c2e50afb709a3bc423f9"


@pytest.fixture
def seen():
    return []


@pytest.fixture
def sandbox(seen):
    observer = lambda request, reply: seen.append(request)  # noqa: E731
    with Sandbox(observer=observer, api_key="canary-secret") as running:
        running.emarsys.add_contact(email="person1@example.com")
        yield running


@pytest.fixture
def table(sandbox):
    made = account(sandbox.url("emarsys"))
    return service(made, "table", connection="shop", table="orders")


@pytest.fixture
def members(sandbox):
    return service(account(sandbox.url("emarsys")), "list")


def tokens_asked(seen):
    return [each for each in seen if each.path == "/oauth2/token"]


# --- WSSE


@pytest.mark.parametrize(
    ("created", "digest"),
    [
        (
            "2019-10-14T00:00:00.000Z",
            "NDc5MjNlODIyMGE4ODhiMTQyNTA0OGMzZTFjZTM1MmMzMmU0NmNiNw==",
        ),
        (
            "2026-01-01T00:00:00Z",
            "ZDc5MTA5YWE1ZmIwYTg1ZDk1ZmJjZjY0MmE2ODRjODkxYmUwNjY2Yw==",
        ),
    ],
)
def test_the_digest_is_base64_of_the_hexadecimal_text(created, digest):
    assert wsse_digest(NONCE, created, "dummy") == digest
    assert wsse_digest(NONCE, created, "other") != digest


def test_a_wsse_header_holds_user_digest_nonce_and_time():
    signer = Wsse("dummy", "dummy", clock=lambda: 1_767_225_600.0, nonce=lambda: NONCE)
    assert signer.sign().headers["X-WSSE"] == (
        'UsernameToken Username="dummy", PasswordDigest="'
        'ZDc5MTA5YWE1ZmIwYTg1ZDk1ZmJjZjY0MmE2ODRjODkxYmUwNjY2Yw==", '
        f'Nonce="{NONCE}", Created="2026-01-01T00:00:00Z"'
    )


def test_every_wsse_request_has_a_nonce_of_its_own(sandbox, seen):
    old = account(sandbox.url("emarsys"), auth="wsse")
    contacts = service(old, "contacts")
    deliver(contacts, COLUMNS, [row(1, first_name="Ann")])
    headers = [each.headers["x-wsse"] for each in seen]
    assert len(set(headers)) == len(headers) >= 2
    assert all(each.path.startswith("/api/v2/") for each in seen)
    assert tokens_asked(seen) == []


def test_wsse_writes_tables_under_its_own_path(sandbox, seen):
    old = account(sandbox.url("emarsys"), auth="wsse")
    table = service(old, "table", connection="shop", table="orders")
    deliver(table, COLUMNS, [row(1, first_name="Ann")])
    assert seen[-1].path == "/api/rds/connections/shop/tables/orders/records/upsert"


def test_a_wsse_request_that_is_refused_names_the_clock_and_is_not_repeated(
    sandbox, seen
):
    old = account(sandbox.url("emarsys"), auth="wsse", client_secret="canary-wrong")
    with pytest.raises(StopSync, match="more than 5 minutes off"):
        service(old, "contacts").check(COLUMNS)
    assert len(seen) == 1


def test_a_check_warns_that_wsse_ends(sandbox):
    old = account(sandbox.url("emarsys"), auth="wsse")
    assert any("2026-12-31" in note for note in service(old, "contacts").check(COLUMNS))
    new = account(sandbox.url("emarsys"))
    assert service(new, "contacts").check(COLUMNS) == []


# --- OIDC


def test_one_token_serves_all_requests_of_an_account(sandbox, seen):
    made = account(sandbox.url("emarsys"))
    deliver(service(made, "contacts"), COLUMNS, [row(1, first_name="Ann")])
    service(made, "list").check(COLUMNS[:1])
    asked = tokens_asked(seen)
    assert len(asked) == 1
    credentials = base64.b64encode(b"client:canary-secret").decode()
    assert asked[0].headers["authorization"] == f"Basic {credentials}"
    assert asked[0].body == b"grant_type=client_credentials"
    others = [each for each in seen if each not in asked]
    assert len({each.headers["authorization"] for each in others}) == 1
    assert all(each.path.startswith("/api/v3/") for each in others)


def test_a_token_is_renewed_before_it_ends(sandbox):
    now = [0.0]
    client = HttpClient(sandbox.url("emarsys"), {})
    signer = Token(client, ASKS, "", lambda: now[0])
    first = signer.sign()
    now[0] = 3_539.0
    assert signer.sign() == first
    now[0] = 3_540.0
    assert signer.sign() != first
    assert sandbox.emarsys.login.issued == 2


def test_C10_a_token_that_is_refused_is_renewed_once(table, sandbox, seen):
    table.check(COLUMNS)
    sandbox.emarsys.login.end()
    seen.clear()
    assert table.check(COLUMNS) == []
    paths = [each.path.rpartition("/")[2] for each in seen]
    assert paths == ["settings", "token", "settings"]


def test_C11_a_second_refusal_stops(table, sandbox, seen):
    table.check(COLUMNS)
    seen.clear()
    sandbox.add_faults(Fault("status", path="/api/*", status=401, times=None))
    with pytest.raises(StopSync, match="'client_id' and 'client_secret'"):
        table.check(COLUMNS)
    paths = [each.path.rpartition("/")[2] for each in seen]
    assert paths == ["settings", "token", "settings"]


def test_C12_threads_that_are_refused_together_ask_for_few_tokens(sandbox):
    client = HttpClient(sandbox.url("emarsys"), {})
    signer = Token(client, ASKS, "")
    refused = signer.sign()

    def again():
        signer.renew(refused)
        signer.sign()

    threads = [threading.Thread(target=again) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sandbox.emarsys.login.issued == 2


def test_credentials_that_are_refused_stop_with_what_to_check(sandbox):
    wrong = account(sandbox.url("emarsys"), client_secret="canary-wrong")
    with pytest.raises(StopSync, match="check 'client_id' and 'client_secret'"):
        service(wrong, "list").check(COLUMNS[:1])


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("status", path="/oauth2/*", status=503), NotSent),
        (Fault("drop", path="/oauth2/*"), NotSent),
        (Fault("throttle", path="/oauth2/*"), Throttled),
        (Fault("status", path="/oauth2/*", status=400), StopSync),
        (Fault("status", path="/oauth2/*", status=200, body={}), StopSync),
    ],
)
def test_rows_are_not_in_doubt_when_there_is_no_token(table, sandbox, fault, error):
    sandbox.add_faults(fault)
    with pytest.raises(OuthaulError) as caught:
        table.check(COLUMNS)
    assert type(caught.value) is error
    assert table.check(COLUMNS) == []


def test_a_missing_permission_is_named_as_such(members, sandbox):
    sandbox.add_faults(Fault("status", path="/api/*", status=403))
    with pytest.raises(StopSync, match="lacks the permission"):
        members.check(COLUMNS)


# --- secrets and settings


@pytest.mark.parametrize("auth", ["oidc", "wsse"])
@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 423, 429, 500])
def test_J01_secret_token_and_digest_are_never_shown(sandbox, seen, auth, status):
    made = account(sandbox.url("emarsys"), auth=auth)
    members = service(made, "list")
    members.check(COLUMNS)
    told = [each.headers["authorization"] for each in seen if auth == "oidc"]
    body = " ".join(["canary-secret", *told]).encode()
    sandbox.add_faults(
        Fault("status", path="/api/*", status=status, body=body, times=None)
    )
    with pytest.raises(OuthaulError) as caught:
        members.check(COLUMNS)
    shown = f"{caught.value}{caught.value!r}{caught.value.__context__!r}{made!r}"
    assert "canary" not in shown
    assert not any(header.partition(" ")[2] in shown for header in told)


def test_J01_the_digest_of_a_request_is_masked_in_its_own_answer(sandbox):
    made = account(sandbox.url("emarsys"), auth="wsse")
    signature = made.api._login.sign()
    digest, nonce = signature.secrets
    header = signature.headers["X-WSSE"]
    assert digest in header and nonce in header
    client = HttpClient(sandbox.url("emarsys"), {})
    echo = f"no: {header}".encode()
    sandbox.add_faults(Fault("status", status=400, body=echo))
    response = client.request("GET", "/x", secrets=signature.secrets)
    assert digest not in response.describe() and nonce not in response.describe()


def test_settings_that_cannot_work_are_told_together():
    wrong = Emarsys(
        client_id='a"b',
        client_secret="canary",
        base_url="http://api.emarsys.net",
        token_url="ftp://auth",
        language="e n",
    )
    problems = wrong.validate()
    assert [each.split("'")[1] for each in problems] == [
        "base_url",
        "token_url",
        "client_id",
        "language",
    ]
    assert Emarsys(client_id="a", client_secret="b").validate() == []
