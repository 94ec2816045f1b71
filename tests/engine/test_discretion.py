"""What a destination says reaches nobody with a secret or a value of a row.

The service of the store hands on what it is told, word for word: a careless
destination, whose words only the engine masks.
"""

from __future__ import annotations

import inspect

import pytest

from outhaul.engine.summary import Result
from outhaul.errors import OuthaulError, RequestRefused
from outhaul.kit.guarded import _Guarded
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded, Service
from outhaul.model import Change, Row, Status
from tests.engine.ledger import SCHEMA
from tests.engine.store import Answer, Request
from tests.engine.world import World, person

TOKEN = "canary-token-5321"
SAID = f'"J\\u00fcrgen" of Reykjav%C3%ADk, with {TOKEN[:12]}… is not known'
SHOWN = '"***" of ***, with ***… is not known'
# Of a service, what tells nothing that a destination said.
SILENT = {
    "encode_rows",
    "has_one_limit",
    "limits",
    "limits_of",
    "needs_look_up",
    "opening_requests",
    "owns",
    "writes_to",
}


@pytest.fixture
def people(world: World) -> World:
    """Two people in one request; the store refuses the first."""
    world.segment = {
        "1": person("Jürgen Müller", "Reykjavík"),
        "2": person("Siobhan"),
    }
    world.settings["max_rejected"] = 1.0
    world.store.rejects["1"] = "no_such_person"
    world.store.says = SAID
    world.build()
    return world


def kept(world: World) -> str:
    """All that the ledger keeps of what was said."""
    return repr(
        world.run(f"select code, message from {SCHEMA}.outhaul_rejections")
    ) + repr(world.run(f"select message from {SCHEMA}.outhaul_syncs"))


def test_what_is_said_of_a_row_is_masked_in_the_ledger(people):
    people.sync()
    assert people.rejections("code, message") == [("no_such_person", SHOWN)]


def test_a_code_made_of_an_answer_is_masked_and_short(people):
    people.store.rejects["1"] = f"bad Jürgen {TOKEN} " + "x" * 200
    people.sync()
    [(code,)] = people.rejections("code")
    assert code.startswith("bad_") and len(code) <= 80
    assert "rgen" not in code and "canary" not in code


def test_what_a_poll_or_a_look_up_says_is_masked(people):
    people.store.asynchronous = True
    people.sync()
    assert people.rejections("message") == [(SHOWN,)]


@pytest.mark.parametrize("status", [401, 404, 418, 429, 500])
def test_what_is_said_of_a_request_is_masked_of_all_its_rows(people, status):
    def refuse(request: Request) -> Answer:
        said = f"{SAID if '1' in request.keys else ''}; {TOKEN[-9:]}"
        wait = {"Retry-After": "90000"}
        return Answer(status, wait, body={"error": said}, applied=False)

    people.store.decide = refuse
    report = people.sync()
    assert report.result is not Result.SUCCEEDED
    for shown in (report.message, kept(people)):
        for part in ("rgen", "Reykjav", "canary", "ken-5321"):
            assert part not in shown
    assert f"{status}" in kept(people)


def test_what_is_said_before_any_row_is_masked(people):
    people.store.ready_script.append(Answer(403, body={"error": f"no {TOKEN}"}))
    report = people.sync()
    assert report.result is Result.FAILED
    assert "403 Forbidden" in report.message and "***" in report.message
    assert "canary" not in report.message + kept(people)


def test_a_check_says_nothing_that_is_secret(people):
    people.store.ready_script.append(Answer(403, body={"error": f"no {TOKEN}"}))
    dispatcher = people.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation(people.name))
    with pytest.raises(OuthaulError) as caught:
        binding.service.check(binding.columns)
    assert "canary" not in f"{caught.value}{caught.value!r}"


def test_codes_keep_no_word_of_what_was_said(people):
    people.messages = "codes"
    people.sync()
    assert people.rejections("code, message") == [
        ("no_such_person", "the destination refused the row")
    ]
    people.store.decide = lambda request: Answer(401, body={"error": "x"})
    people.people(*range(5))
    people.rebuild()
    report = people.sync()
    assert report.message == "the destination takes no such request (http_401)"


def test_rows_that_were_spooled_keep_what_is_said_of_each(people):
    """They have no values; what the answer says of each keeps its place."""
    dispatcher = people.dispatcher()
    service = dispatcher.bind(dispatcher.warehouse.activation(people.name)).service
    service._service.spooled = True
    rows = [Row(n, Change.INSERTED, {"id": str(n)}) for n in (1, 2)]
    items = Items.of(Encoded(row, service.encode(row)) for row in rows)
    refused, accepted = service.send(items)
    assert (refused.status, accepted.status) == (Status.REJECTED, Status.ACCEPTED)
    assert "***" in refused.message and "canary" not in refused.message
    error = {"key": "2", "code": "bad"}
    people.store.decide = lambda request: Answer(400, body={"errors": [error]})
    with pytest.raises(RequestRefused) as caught:
        service.send(items)
    assert list(caught.value.rows) == [1]


def test_codes_keep_what_we_say_ourselves(people):
    people.messages = "codes"
    people.segment["1"] = person("bad \ufffe value")
    people.rebuild()
    people.sync()
    [(kind, message)] = people.rejections("kind, message")
    assert kind == "invalid" and "destination" not in message


def test_every_word_of_a_service_passes_the_guard():
    """A new method of services is guarded, or known to tell nothing."""
    methods = {
        name
        for name, member in vars(Service).items()
        if not name.startswith("_")
        and (inspect.isfunction(member) or isinstance(member, property))
    }
    assert methods - SILENT == {n for n in vars(_Guarded) if not n.startswith("_")}


def test_the_engine_gets_guarded_services_alone(people):
    dispatcher = people.dispatcher()
    binding = dispatcher.bind(dispatcher.warehouse.activation(people.name))
    assert isinstance(binding.service, _Guarded)
