"""The sandbox as its users meet it: over HTTP."""

from __future__ import annotations

import json
import socket
import stat
import threading
import time

import pytest
import requests

from outhaul.errors import ConfigurationError
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault, parse_fault

KEY = {"Authorization": "Bearer SG.anything"}
CONTACTS = "/v3/marketing/contacts"
SEARCH = "/v3/marketing/contacts/search/emails"
LISTS = "/v3/marketing/lists"
FIELDS = "/v3/marketing/field_definitions"


@pytest.fixture
def sandbox():
    with Sandbox(job_seconds=0.0) as running:
        yield running


@pytest.fixture
def call(sandbox):
    """A request to the stand-in of SendGrid: status and parsed body."""
    with requests.Session() as session:

        def made(method, path, body=None, headers=KEY, **options):
            url = sandbox.url("sendgrid") + path
            answer = session.request(
                method, url, json=body, headers=headers, timeout=5, **options
            )
            return answer.status_code, answer.json() if answer.content else None

        yield made


def put(call, *contacts, **options):
    status, answer = call("PUT", CONTACTS, {"contacts": list(contacts), **options})
    return status, answer


def job(call, answer):
    return call("GET", f"{CONTACTS}/imports/{answer['job_id']}")[1]


def test_an_import_is_queued_worked_off_and_shown(call, sandbox):
    status, answer = put(call, {"email": "Ann@Example.com", "first_name": "Zoë"})
    assert status == 202
    done = job(call, answer)
    assert done["status"] == "completed"
    assert done["results"]["created_count"] == 1
    contact = sandbox.state()["sendgrid"]["contacts"][0]
    assert (contact["email"], contact["first_name"]) == ("ann@example.com", "Zoë")


def test_a_job_takes_its_time():
    with Sandbox(job_seconds=0.1) as sandbox, requests.Session() as session:
        session.headers.update(KEY)
        base = sandbox.url("sendgrid") + CONTACTS
        body = {"contacts": [{"email": "ann@example.com"}]}
        answer = session.put(base, json=body, timeout=5).json()
        state = session.get(f"{base}/imports/{answer['job_id']}", timeout=5).json()
        assert state["status"] == "pending"
        assert sandbox.state()["sendgrid"]["contacts"] == []
        time.sleep(0.12)
        state = session.get(f"{base}/imports/{answer['job_id']}", timeout=5).json()
        assert state["status"] == "completed"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic SG.anything"}],
)
def test_a_wrong_key_is_answered_401(call, headers):
    assert call("GET", FIELDS, headers=headers)[0] == 401
    assert call("GET", FIELDS)[0] == 200


def test_a_key_can_be_demanded():
    with Sandbox(api_key="SG.right") as sandbox:
        url = sandbox.url("sendgrid") + FIELDS
        for key, status in (("SG.right", 200), ("SG.wrong", 401)):
            headers = {"Authorization": f"Bearer {key}"}
            assert requests.get(url, headers=headers, timeout=5).status_code == status


def test_imports_have_limits_on_rows_and_bytes(call):
    long = [{"email": "a@example.com", "line": "x" * 6_000_000}]
    assert put(call, *long)[0] == 413
    assert put(call)[0] == 400
    rows = [{"email": f"a{number}@example.com"} for number in range(30_001)]
    assert put(call, *rows)[0] == 400
    # the last request, since the next one would work off all of it
    assert put(call, *rows[:-1])[0] == 202


@pytest.mark.parametrize(
    ("contact", "message"),
    [
        ({"email": "nobody"}, "email 'nobody' is not valid"),
        ({"email": "ann@example.invalid"}, "email 'ann@example.invalid' is not valid"),
        ({"first_name": "Ann"}, "a contact needs an identifier"),
        ({"email": "a@example.com", "first_name": "x" * 51}, "less than 50"),
        ({"email": "a@example.com", "shoe_size": "44"}, "unknown field"),
        ({"email": "a@example.com", "first_name": None}, "unknown field"),
        ({"email": "a@example.com", "custom_fields": {"w9": "x"}}, "custom field id"),
        ({"email": "a@example.com", "alternate_emails": ["x"] * 6}, "at most 5"),
    ],
)
def test_one_bad_contact_refuses_the_whole_import(call, sandbox, contact, message):
    status, answer = put(call, {"email": "good@example.com"}, contact)
    assert status == 400
    assert message in answer["errors"][0]["message"]
    assert sandbox.state()["sendgrid"]["contacts"] == []


def test_a_null_in_a_custom_field_is_refused(call):
    call("POST", FIELDS, {"name": "spent", "field_type": "Number"})
    contact = {"email": "a@example.com", "custom_fields": {"w1": None}}
    status, answer = put(call, contact)
    assert status == 400
    assert answer["errors"][0]["message"] == 'custom field "w1" cannot be null'


def test_values_that_do_not_fit_fail_in_the_job_with_a_file(call, sandbox):
    for name, kind in (("spent", "Number"), ("seen", "Date"), ("tier", "Text")):
        assert call("POST", FIELDS, {"name": name, "field_type": kind})[0] == 200
    wrong = [{"w1": "12"}, {"e2_D": 1_700_000_000_000}, {"e2_D": ""}, {"a3_T": 5}]
    right = {"w1": 12.5, "e2_D": "01/02/2026", "a3_T": ""}
    contacts = [
        {"email": f"a{number}@example.com", "custom_fields": custom}
        for number, custom in enumerate([*wrong, right])
    ]
    done = job(call, put(call, *contacts)[1])
    assert (done["status"], done["results"]["errored_count"]) == ("errored", 4)
    file = requests.get(done["results"]["errors_url"], timeout=5)
    lines = file.text.splitlines()
    assert lines[0] == "email,error"
    assert [line.split(",")[0] for line in lines[1:]] == [
        f"a{number}@example.com" for number in range(4)
    ]
    assert requests.get(file.url, headers=KEY, timeout=5).status_code == 403
    [kept] = sandbox.state()["sendgrid"]["contacts"]
    assert kept["custom_fields"] == {"spent": 12.5, "seen": "01/02/2026", "tier": ""}


def test_an_update_must_repeat_all_identifiers(call):
    ids = {"external_id": "x1", "anonymous_id": "n1"}
    put(call, {"email": "ann@example.com", **ids})
    assert job(call, put(call, {"email": "ann@example.com"})[1])["status"] == "failed"
    done = job(call, put(call, {"email": "ann@example.com", **ids})[1])
    assert done["results"]["updated_count"] == 1
    other = {"email": "bo@example.com", "external_id": "x1"}
    assert job(call, put(call, other)[1])["status"] == "failed"


def test_a_search_takes_100_and_folds_case(call):
    put(call, {"email": "ann@example.com", "alternate_emails": ["Bo@Example.com"]})
    asked = ["ANN@example.com", "bo@example.com", "", "nobody@example.com"]
    status, answer = call("POST", SEARCH, {"emails": asked})
    assert status == 200
    found = answer["result"]
    assert found["ann@example.com"]["contact"]["email"] == "ann@example.com"
    assert found["bo@example.com"]["contact"]["email"] == "ann@example.com"
    assert found["nobody@example.com"] == {"error": "contact not found"}
    assert len(found) == 3
    assert call("POST", SEARCH, {"emails": ["nobody@example.com"]})[0] == 404
    assert call("POST", SEARCH, {"emails": ["ann@example.com", "no"]})[0] == 400
    many = ["ann@example.com"] * 100
    assert call("POST", SEARCH, {"emails": many})[0] == 200
    assert call("POST", SEARCH, {"emails": [*many, "x@example.com"]})[0] == 400
    assert call("POST", SEARCH, {"emails": "ann@example.com"})[0] == 400


def test_a_search_takes_addresses_of_100_characters_and_that_by_identifiers_more(call):
    long = "a" * 89 + "@example.com"
    assert call("POST", SEARCH, {"emails": [long[1:]]})[0] == 404
    assert call("POST", SEARCH, {"emails": [long]})[0] == 400
    by = SEARCH.replace("emails", "identifiers/")
    assert call("POST", f"{by}email", {"identifiers": [long]})[0] == 404
    put(call, {"email": long, "external_id": "X1", "alternate_emails": ["b@x.com"]})
    found = call("POST", f"{by}email", {"identifiers": [long.upper()]})[1]["result"]
    assert found[long]["contact"]["email"] == long
    assert call("POST", f"{by}email", {"identifiers": ["b@x.com"]})[0] == 404
    assert call("POST", f"{by}external_id", {"identifiers": ["X1"]})[0] == 200
    assert call("POST", f"{by}external_id", {"identifiers": ["x1"]})[0] == 404
    assert call("POST", f"{by}name", {"identifiers": ["x1"]})[0] == 400


def test_lists_are_created_once_and_paged(call):
    assert call("POST", LISTS, {"name": "vip"})[0] == 201
    assert call("POST", LISTS, {"name": "vip"})[0] == 400
    assert call("POST", LISTS, {"name": "x" * 101})[0] == 400
    for number in range(4):
        call("POST", LISTS, {"name": f"list {number}"})
    names, url = [], LISTS + "?page_size=2"
    while url:
        status, page = call("GET", url)
        assert status == 200
        names += [each["name"] for each in page["result"]]
        following = page["_metadata"].get("next", "")
        url = following[following.find("/v3") :] if following else ""
    assert names == ["vip", "list 0", "list 1", "list 2", "list 3"]
    assert call("GET", LISTS + "?page_size=1001")[0] == 400
    assert call("GET", LISTS + "?page_token=x")[0] == 400


def test_members_join_by_imports_and_leave_by_removals(call, sandbox):
    vip = call("POST", LISTS, {"name": "vip"})[1]["id"]
    put(call, {"email": "ann@example.com"}, {"email": "bo@example.com"}, list_ids=[vip])
    assert call("GET", f"{LISTS}/{vip}")[1]["contact_count"] == 2
    found = call("POST", SEARCH, {"emails": ["ann@example.com"]})[1]["result"]
    contact = found["ann@example.com"]["contact"]
    assert contact["list_ids"] == [vip]
    leave = f"{LISTS}/{vip}/contacts?contact_ids={contact['id']}"
    assert call("DELETE", leave)[0] == 202
    assert call("GET", f"{LISTS}/{vip}/contacts/count")[1]["contact_count"] == 1
    assert call("DELETE", leave + ",unknown")[0] == 404
    assert call("DELETE", f"{LISTS}/{vip}/contacts?contact_ids=")[0] == 400
    assert call("DELETE", f"{LISTS}/unknown/contacts?contact_ids=x")[0] == 404
    assert put(call, {"email": "ann@example.com"}, list_ids=["unknown"])[0] == 404
    assert call("DELETE", f"{LISTS}/{vip}?delete_contacts=true")[0] == 403
    assert call("DELETE", f"{LISTS}/{vip}")[0] == 204
    assert call("GET", f"{LISTS}/{vip}")[0] == 404
    assert len(sandbox.state()["sendgrid"]["contacts"]) == 2


def test_custom_fields_have_ids_types_and_names_of_their_own(call):
    made = [
        call("POST", FIELDS, {"name": name, "field_type": kind})[1]["id"]
        for name, kind in (("spent", "Number"), ("tier", "Text"), ("seen", "Date"))
    ]
    assert made == ["w1", "e2_T", "a3_D"]
    for name in ("SPENT", "first_name", "created_at", "total spend", "1st", ""):
        assert call("POST", FIELDS, {"name": name, "field_type": "Text"})[0] == 400
    assert call("POST", FIELDS, {"name": "fine", "field_type": "Boolean"})[0] == 400
    listed = call("GET", FIELDS)[1]
    assert [each["name"] for each in listed["custom_fields"]] == [
        "spent",
        "tier",
        "seen",
    ]
    read_only = {e["name"] for e in listed["reserved_fields"] if e.get("read_only")}
    assert {"created_at", "contact_id"} <= read_only


def test_unknown_addresses_are_404(call, sandbox):
    assert call("GET", "/v3/nothing")[0] == 404
    assert call("DELETE", FIELDS)[0] == 404
    assert requests.get(sandbox.url("nobody"), timeout=5).status_code == 404
    assert requests.get(sandbox.url(), timeout=5).status_code == 404


def control(sandbox, method, path, body=None):
    url = f"{sandbox.url()}/_sandbox{path}"
    headers = {"Authorization": f"Bearer {sandbox.token}"}
    return requests.request(method, url, json=body, headers=headers, timeout=5)


def test_the_state_shows_what_is_held_and_logs_no_bodies(call, sandbox):
    call("POST", FIELDS, {"name": "spent", "field_type": "Number"})
    vip = call("POST", LISTS, {"name": "vip"})[1]["id"]
    contact = {"email": "ann@example.com", "custom_fields": {"w1": 5}}
    put(call, contact, list_ids=[vip])
    state = control(sandbox, "GET", "/state").json()
    assert state["sendgrid"]["contacts"] == [
        {"email": "ann@example.com", "lists": ["vip"], "custom_fields": {"spent": 5}}
    ]
    assert state["sendgrid"]["lists"][0]["contact_count"] == 1
    assert state["sendgrid"]["jobs"][0]["status"] == "completed"
    assert state["requests"][-1] == {
        "method": "PUT",
        "path": CONTACTS,
        "status": 202,
        "rows": 1,
    }
    assert "ann@" not in json.dumps(state["requests"])


def test_reset_forgets_everything(call, sandbox):
    put(call, {"email": "ann@example.com"})
    control(sandbox, "POST", "/faults", {"what": "drop"})
    assert control(sandbox, "POST", "/reset").status_code == 204
    state = sandbox.state()
    assert state["sendgrid"]["contacts"] == state["requests"] == state["faults"] == []


def test_stand_ins_hold_what_they_are_told_to(call, sandbox):
    put(call, {"email": "ann@example.com"})
    apps = {"apps": {"app": {"7": {"u.plan": "gold"}}}}
    assert control(sandbox, "POST", "/state", {"batch": apps}).status_code == 204
    state = sandbox.state()
    assert state["batch"]["apps"] == apps["apps"]
    assert [each["email"] for each in state["sendgrid"]["contacts"]] == [
        "ann@example.com"
    ]


def test_what_a_state_does_not_name_stays_as_it_is(sandbox):
    sandbox.emarsys.add_contact(email="ann@example.com")
    lists = {"emarsys": {"lists": {"1": "New customers"}}}
    assert control(sandbox, "POST", "/state", lists).status_code == 204
    held = sandbox.state()["emarsys"]
    assert held["lists"] == ["New customers"]
    assert [each["email"] for each in held["contacts"]] == ["ann@example.com"]


@pytest.mark.parametrize("held", [[], {"bach": {}}, {"batch": []}, {"sendgrid": {}}])
def test_a_state_that_no_stand_in_can_hold_is_refused(sandbox, held):
    answer = control(sandbox, "POST", "/state", held)
    assert answer.status_code == 400 and "batch" in answer.json()["error"]


def test_faults_are_switched_on_and_off(call, sandbox):
    faults = [{"what": "status", "status": 503, "method": "GET", "times": 2}]
    assert control(sandbox, "POST", "/faults", faults).status_code == 200
    assert [call("GET", FIELDS)[0] for _ in range(3)] == [503, 503, 200]
    control(sandbox, "POST", "/faults", {"what": "throttle", "times": None})
    assert [call("GET", FIELDS)[0] for _ in range(3)] == [429, 429, 429]
    assert control(sandbox, "DELETE", "/faults").status_code == 204
    assert call("GET", FIELDS)[0] == 200


def test_a_fault_can_wait_and_choose(call, sandbox):
    sandbox.add_faults(Fault("status", "GET", "*/lists", skip=1, status=418))
    answers = [call("GET", path)[0] for path in (LISTS, FIELDS, LISTS, LISTS)]
    assert answers == [200, 200, 418, 200]


@pytest.mark.parametrize(
    "fault",
    [
        {},
        "drop",
        {"what": "explode"},
        {"what": "drop", "often": 3},
        {"what": "status", "status": "503"},
        {"what": "drop", "times": "twice"},
        {"what": "drop", "times": True},
        {"what": "errored", "file": "xml"},
        {"what": "errored", "emails": "ann@example.com"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(sandbox, fault):
    answer = control(sandbox, "POST", "/faults", fault)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sandbox.state()["faults"] == []


def test_a_fault_that_makes_sense_is_taken():
    fault = parse_fault({"what": "delay", "seconds": 1, "times": None})
    assert (fault.seconds, fault.times) == (1, None)


def test_a_throttled_answer_tells_its_limits(sandbox):
    sandbox.add_faults(Fault("throttle", seconds=5))
    answer = requests.get(sandbox.url("sendgrid") + FIELDS, headers=KEY, timeout=5)
    assert answer.status_code == 429
    assert answer.json()["errors"][0]["message"] == "too many requests"
    assert 3 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 7


@pytest.mark.parametrize("applied", [False, True])
def test_a_connection_is_dropped_before_or_after_the_effect(call, sandbox, applied):
    sandbox.add_faults(Fault("drop", "PUT", applied=applied))
    with pytest.raises(requests.ConnectionError):
        put(call, {"email": "ann@example.com"})
    assert len(sandbox.state()["sendgrid"]["contacts"]) == applied


def test_answers_can_be_slow(call, sandbox):
    sandbox.add_faults(Fault("delay", seconds=0.15))
    started = time.monotonic()
    assert call("GET", FIELDS)[0] == 200
    assert time.monotonic() - started >= 0.15
    sandbox.latency = 0.1
    started = time.monotonic()
    assert call("GET", FIELDS)[0] == 200
    assert time.monotonic() - started >= 0.1


def test_searches_can_lag(call, sandbox):
    sandbox.add_faults(Fault("lag", seconds=0.1))
    put(call, {"email": "ann@example.com"})
    asked = {"emails": ["ann@example.com"]}
    assert len(sandbox.state()["sendgrid"]["contacts"]) == 1
    assert call("POST", SEARCH, asked)[0] == 404
    time.sleep(0.12)
    assert call("POST", SEARCH, asked)[0] == 200
    put(call, {"email": "ann@example.com", "city": "Ulm"})
    assert sandbox.state()["sendgrid"]["contacts"][0]["city"] == "Ulm"
    found = call("POST", SEARCH, asked)[1]["result"]["ann@example.com"]
    assert found["contact"]["city"] == ""


def test_what_is_held_outlives_a_restart(tmp_path):
    file = tmp_path / "state.json"
    with Sandbox(job_seconds=0.0, state_file=file) as sandbox:
        sandbox.sendgrid.add_contact("vip", email="zoë@example.com", first_name="Zoë")
        before = sandbox.state()["sendgrid"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with Sandbox(state_file=file) as sandbox:
        after = sandbox.state()["sendgrid"]
        assert after == before
        assert sandbox.sendgrid.add_contact("vip", email="zoë@example.com")
        assert len(sandbox.state()["sendgrid"]["contacts"]) == 1


@pytest.mark.parametrize("content", ["", "[]", '{"sendgrid": {"contacts": 5}}'])
def test_a_state_that_cannot_be_read_is_told(tmp_path, content):
    file = tmp_path / "state.json"
    file.write_text(content)
    with pytest.raises(ConfigurationError, match="state.json"):
        Sandbox(state_file=file).start()


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"{port}.*another port"):
            Sandbox(port=port).start()


def test_a_sandbox_that_was_not_started_has_no_address():
    with pytest.raises(ConfigurationError, match="started"):
        Sandbox().url("sendgrid")


def test_stopping_ends_open_connections_and_waiting_answers():
    sandbox = Sandbox()
    sandbox.start()
    before = threading.active_count()
    sandbox.add_faults(Fault("delay", seconds=60))
    with socket.create_connection(("127.0.0.1", sandbox.port)) as waiting:
        waiting.sendall(b"GET /sendgrid/v3/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with socket.create_connection(("127.0.0.1", sandbox.port)):
            time.sleep(0.05)
            started = time.monotonic()
            sandbox.stop()
    assert time.monotonic() - started < 30  # half of what the answer waits
    assert threading.active_count() < before


def test_waiting_ends_when_the_sandbox_stops():
    with Sandbox() as sandbox:
        waiter = threading.Thread(target=sandbox.wait)
        waiter.start()
    waiter.join()


def test_several_connections_are_served_at_once(call, sandbox):
    sandbox.add_faults(Fault("delay", path="*/waiting", seconds=600))
    with socket.create_connection(("127.0.0.1", sandbox.port)) as waiting:
        waiting.sendall(b"GET /sendgrid/waiting HTTP/1.1\r\nHost: localhost\r\n\r\n")
        while sandbox.faults.state()[0]["times"]:
            time.sleep(0.01)
        assert call("GET", FIELDS)[0] == 200


@pytest.mark.parametrize(
    "head",
    [b"Content-Length: x", b"Content-Length: -5", b"Content-Length: 99999999999"],
)
def test_a_request_of_absurd_length_is_refused(sandbox, head):
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=2) as raw:
        raw.sendall(b"PUT /sendgrid/x HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 413")
