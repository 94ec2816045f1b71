"""The stand-in of SendGrid against the vendor's OpenAPI files, both directions.

What our destination sends and what the stand-in answers is recorded and
validated; see `openapi.py`.

Where the files contradict themselves or what is known otherwise:

- custom fields have one example property, `w1`, declared as text. Numbers are
  documented for fields of type Number, whose id may well be `w1`. The account
  here creates a text field first.
- 401, 403, 413 and 429 are described for the interface as a whole, and not, or
  not for each call, in these files: `NOT_DESCRIBED`.
- 404 to `GET /lists/{id}` is a bare list of errors in the file, and an object with
  `errors` for all other calls. The stand-in answers the object: `CONTRADICTORY`.
"""

from __future__ import annotations

import json

import pytest

from outhaul.destinations.sendgrid import SendGrid
from outhaul.errors import OuthaulError
from outhaul.model import Change, Kind
from outhaul.sandbox import Sandbox
from outhaul.sandbox.faults import Fault
from outhaul.sandbox.messages import Reply, Request
from tests.destinations.driver import deliver
from tests.destinations.sendgrid_rows import COLUMNS, EMAIL, column, row, rows, service
from tests.sandbox.openapi import SPECS as ALL
from tests.sandbox.openapi import AskedRequest, GivenReply

SPECS = ALL / "sendgrid"

pytestmark = pytest.mark.skipif(
    not SPECS.is_dir(),
    reason="the vendor's OpenAPI files are absent (set OUTHAUL_SPECS to their folder)",
)

FILES = {
    "/v3/marketing/contacts": "tsg_mc_contacts_v3.json",
    "/v3/marketing/lists": "tsg_mc_lists_v3.json",
    "/v3/marketing/field_definitions": "tsg_mc_custom_fields_v3.json",
}
NOT_DESCRIBED = {401, 403, 413, 429}
CONTRADICTORY = ("GET", "/v3/marketing/lists/{id}", 404)


@pytest.fixture(scope="module")
def specifications():
    from openapi_core import OpenAPI

    return {
        start: OpenAPI.from_dict(json.loads((SPECS / name).read_text()))
        for start, name in FILES.items()
    }


def specification_of(specifications, request):
    for start, specification in specifications.items():
        if request.path.startswith(start):
            return specification
    return None


def record_everything() -> list[tuple[Request, Reply]]:
    """What our destination and the stand-in say to each other, good and bad."""
    seen: list[tuple[Request, Reply]] = []
    with Sandbox(job_seconds=0.0, observer=lambda *pair: seen.append(pair)) as sandbox:
        url = sandbox.url("sendgrid")
        account = SendGrid(api_key="SG.x", base_url=url)
        for number in range(1_002):
            sandbox.sendgrid.add_contact(f"list {number}", email="x@example.com")
        sandbox.sendgrid.add_contact(
            email="person8@example.com",
            external_id="x8",
            alternate_emails=["person9@example.com"],
        )
        columns = [EMAIL, column("tier"), *COLUMNS[1:]]
        columns += [column("alternate_emails", Kind.JSON), column("external_id")]
        many = [
            row(n, tier="gold", first_name="Zoë", lifetime_value=n / 4)
            for n in range(1, 7)
        ]
        many.append(row(7, alternate_emails=["b@example.com"], external_id="x7"))
        sandbox.add_faults(Fault("errored", "PUT", emails=["person3@example.com"]))
        deliver(service(account, "contacts", insert=True), columns, many)
        deliver(service(account, "contacts"), [EMAIL], rows(1, 8, 9, 20))
        longer = [row(n, email=f"{'x' * n}@example.com") for n in (110, 120)]
        sandbox.sendgrid.add_contact(email=longer[0].values["email"])
        deliver(service(account, "contacts"), [EMAIL], longer)
        listing = service(account, "list")
        deliver(listing, [EMAIL], rows(1, 2, 8, 20))
        deliver(listing, [EMAIL], rows(1, 8, 30, change=Change.REMOVED))
        deliver(listing, [EMAIL], [row(40, email="ann@example.invalid")])
        account.api.list_exists("unknown")
        sandbox.add_faults(Fault("refuse", "PUT", emails=["person5@example.com"]))
        deliver(service(account, "contacts", insert=True), [EMAIL], rows(5))
        for again in (
            lambda: account.api.create_list("list 1"),
            lambda: account.api.create_field("tier", "Text"),
            lambda: account.api.remove_members(
                account.api.find_list("list 1") or "", ["unknown"]
            ),
            SendGrid(api_key="wrong", base_url=url).api.field_definitions,
            lambda: (
                sandbox.add_faults(Fault("throttle")),
                account.api.field_definitions(),
            ),
        ):
            try:
                again()
            except OuthaulError:
                continue
    return seen


@pytest.fixture(scope="module")
def exchanges():
    return record_everything()


def test_the_recording_covers_every_call_and_the_usual_refusals(exchanges):
    calls = {
        (request.method, request.path.split("/")[3], reply.status)
        for request, reply in exchanges
        if not request.path.startswith("/_files/")
    }
    assert calls >= {
        ("PUT", "contacts", 202),
        ("PUT", "contacts", 400),
        ("POST", "contacts", 200),
        ("POST", "contacts", 400),
        ("POST", "contacts", 404),
        ("GET", "contacts", 200),
        ("GET", "lists", 200),
        ("GET", "lists", 404),
        ("POST", "lists", 201),
        ("POST", "lists", 400),
        ("DELETE", "lists", 202),
        ("DELETE", "lists", 404),
        ("GET", "field_definitions", 200),
        ("POST", "field_definitions", 200),
        ("POST", "field_definitions", 400),
        ("GET", "field_definitions", 401),
        ("GET", "field_definitions", 429),
    }


def test_what_we_send_agrees_with_the_vendors_files(exchanges, specifications):
    checked = 0
    for request, reply in exchanges:
        specification = specification_of(specifications, request)
        if specification is not None and reply.status != 401:
            specification.validate_request(AskedRequest(request))
            checked += 1
    assert checked > 30


def test_what_the_stand_in_answers_agrees_with_the_vendors_files(
    exchanges, specifications
):
    checked = 0
    for request, reply in exchanges:
        specification = specification_of(specifications, request)
        if specification is None or reply.status in NOT_DESCRIBED:
            continue
        if (request.method, reply.status) == CONTRADICTORY[::2]:
            continue
        specification.validate_response(AskedRequest(request), GivenReply(reply))
        checked += 1
    assert checked > 30


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/v3/marketing/contacts", {"contacts": []}),
        ("PUT", "/v3/marketing/contacts", {"contacts": [{"first_name": "x" * 51}]}),
        ("POST", "/v3/marketing/contacts/search/emails", {"emails": "x@example.com"}),
        ("POST", "/v3/marketing/lists", {"name": ""}),
        (
            "POST",
            "/v3/marketing/field_definitions",
            {"name": "x", "field_type": "Bool"},
        ),
        ("DELETE", "/v3/marketing/lists/x/contacts", None),
        ("GET", "/v3/marketing/nothing", None),
    ],
)
def test_a_request_that_is_wrong_is_noticed(specifications, method, path, body):
    """The twin: a check that cannot fail would pass everything."""
    from openapi_core.exceptions import OpenAPIError

    content = b"" if body is None else json.dumps(body).encode()
    headers = {"authorization": "Bearer SG.x"}
    request = Request(method, path, {}, headers, content, "")
    specification = specification_of(specifications, request)
    specification = specification or specifications["/v3/marketing/lists"]
    with pytest.raises(OpenAPIError):
        specification.validate_request(AskedRequest(request))


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("PUT", "/v3/marketing/contacts", 202, {"job_id": 5}),
        ("GET", "/v3/marketing/lists", 200, {"result": [{"id": "short"}]}),
        ("GET", "/v3/marketing/field_definitions", 200, {"custom_fields": []}),
        (
            "GET",
            "/v3/marketing/contacts/imports/x",
            200,
            {"results": {"errors_url": 1}},
        ),
        ("POST", "/v3/marketing/lists", 200, {}),
    ],
)
def test_an_answer_that_is_wrong_is_noticed(specifications, method, path, status, body):
    from openapi_core.exceptions import OpenAPIError

    request = Request(method, path, {}, {"authorization": "Bearer x"}, b"{}", "")
    specification = specification_of(specifications, request)
    with pytest.raises(OpenAPIError):
        specification.validate_response(
            AskedRequest(request), GivenReply(Reply(status, body))
        )
