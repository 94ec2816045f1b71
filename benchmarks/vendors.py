"""Answers in the shape of each vendor's, made as cheaply as possible.

Nothing is kept and nothing is checked: every row is taken, every address is known.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import orjson

MARK = b"@"
"""Comes once in every row, in its address."""

SENDGRID_FIELDS = {
    "lifetime_value": ("e1_N", "Number"),
    "order_count": ("e2_N", "Number"),
    "born_on": ("e3_D", "Date"),
    "last_seen_at": ("e4_D", "Date"),
    "note": ("e5_T", "Text"),
}
EMARSYS_FIELDS = {
    "lifetime_value": ("101", "numeric"),
    "order_count": ("102", "numeric"),
    "born_on": ("103", "date"),
    "last_seen_at": ("104", "shorttext"),
    "note": ("105", "longtext"),
}
SPLIO_FIELDS = {
    "country": (1, "text"),
    "lifetime_value": (2, "double"),
    "order_count": (3, "int"),
    "born_on": (4, "date"),
    "last_seen_at": (5, "date"),
    "note": (6, "text"),
}
BREVO_ATTRIBUTES = {
    "FIRST_NAME": "text",
    "LAST_NAME": "text",
    "COUNTRY": "text",
    "LIFETIME_VALUE": "float",
    "ORDER_COUNT": "float",
    "BORN_ON": "date",
    "LAST_SEEN_AT": "date",
    "NOTE": "text",
}
HUBSPOT_PROPERTIES = {
    **dict.fromkeys(("firstname", "lastname", "country", "note"), "string"),
    **dict.fromkeys(("lifetime_value", "order_count"), "number"),
    **{"born_on": "date", "last_seen_at": "datetime"},
}
MAILCHIMP_FIELDS = {
    **{"FNAME": "text", "LNAME": "text"},
    **{"SPENT": "number", "BORN": "date"},
}
LIST = "list-1"


def answer(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    """Status and content of an answer, and how many rows the request wrote."""
    vendor, _, rest = path.strip("/").partition("/")
    path, _, query = rest.partition("?")
    return _VENDORS[vendor](method, path, body or query.encode())


def _sendgrid(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    path = path.removeprefix("v3/marketing/")
    if method == "PUT":
        return 202, {"job_id": "job-1"}, body.count(MARK)
    if path == "contacts/search/emails":
        found = {
            address: {"contact": {"id": f"id-{address}", "email": address}}
            for address in orjson.loads(body)["emails"]
        }
        return 200, {"result": found}, 0
    if path.startswith("contacts/imports/"):
        return 200, {"status": "completed", "results": {"errored_count": 0}}, 0
    if path == "lists":
        return 200, {"result": [], "id": LIST}, 0
    custom = [
        {"id": id, "name": name, "field_type": kind}
        for name, (id, kind) in SENDGRID_FIELDS.items()
    ]
    return 200, {"custom_fields": custom, "reserved_fields": []}, 0


def _batch(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    return 202, {"code": "SUCCESS"}, body.count(MARK)


def _braze(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    return 201, {"message": "success"}, body.count(MARK)


def _brevo(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if method == "PUT":
        return 204, None, 1
    if path == "contacts/import":
        return 202, {"processId": 1}, body.count(MARK)
    if path.startswith("processes/"):
        return 200, {"status": "completed"}, 0
    if path.endswith("/contacts/add"):
        told = {"success": orjson.loads(body)["emails"], "failure": []}
        return 201, {"contacts": told}, body.count(MARK)
    attributes = [
        {"name": name, "category": "normal", "type": kind}
        for name, kind in BREVO_ATTRIBUTES.items()
    ]
    listed: dict[str, Any] = {"attributes": attributes, "lists": [], "folders": []}
    return (200 if method == "GET" else 201), {**listed, "id": 1}, 0


def _emarsys(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if path == "oauth2/token":
        return 200, {"access_token": "token", "expires_in": 3600}, 0
    data: Any = []
    if "field" in path:
        data = [
            {"id": id, "name": name, "application_type": kind, "string_id": name}
            for name, (id, kind) in EMARSYS_FIELDS.items()
        ]
    elif path.endswith("contactlist") and method == "POST":
        data = {"id": 7, "errors": []}
    elif method in ("PUT", "POST"):
        data = {"ids": [], "errors": []}
    return 200, {"replyCode": 0, "replyText": "OK", "data": data}, body.count(MARK)


def _hubspot(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if path.endswith("/batch/upsert"):
        rows = body.count(MARK)
        return 200, {"results": [{}] * rows}, rows
    if path.endswith("/batch/read"):
        addresses = [each["id"] for each in orjson.loads(body)["inputs"]]
        found = [{"id": each, "properties": {"email": each}} for each in addresses]
        return 200, {"results": found}, 0
    if path.endswith("/memberships/add"):
        return 200, {"recordIdsMissing": []}, body.count(MARK)
    if path.startswith("crm/lists/"):
        shown = {"listId": LIST, "name": LIST, "processingType": "MANUAL"}
        return 200, {"list": shown}, 0
    properties = HUBSPOT_PROPERTIES.items()
    return 200, {"results": [{"name": n, "type": kind} for n, kind in properties]}, 0


def _intercom(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if path == "contacts/search":
        wanted = orjson.loads(body)["query"]["value"]
        return 200, {"data": [{"id": each, "email": each} for each in wanted]}, 0
    if method == "GET":
        known = [{"name": "orders", "custom": True}] if path != "tags" else []
        return 200, {"data": known}, 0
    return 200, {"id": "T1"}, body.count(MARK)


def _zendesk(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    """The id of a job is the number of its rows."""
    if path.startswith("api/v2/job_statuses/"):
        results = [{"status": "Updated"}] * int(path.rpartition("/")[2])
        return 200, {"job_status": {"status": "completed", "results": results}}, 0
    if method == "GET":
        known = [{"key": "orders", "type": "integer"}]
        return 200, {"user_fields": known, "custom_object_fields": known}, 0
    rows = body.count(MARK)
    return 200, {"job_status": {"id": str(rows), "status": "queued"}}, rows


def _iterable(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if path == "api/users/getFields":
        return 200, {"fields": {}}, 0
    if path.startswith("api/users/") and method == "GET":
        return 200, {"user": {"email": path}}, 0
    if path == "api/lists":
        return 200, {"lists": [], "listId": 7}, 0
    rows = body.count(MARK)
    return 200, {"successCount": rows, "failCount": 0}, rows


def _klaviyo(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    """body: of a look-up, its query."""
    if method == "GET" and path == "api/profiles":
        (told,) = parse_qs(body.decode())["filter"]
        addresses = orjson.loads(told[told.index("[") : -1])
        found = [{"id": each, "attributes": {"email": each}} for each in addresses]
        return 200, {"data": found}, 0
    if method == "GET" and path.startswith("api/profile-bulk-import-jobs/"):
        state = {"status": "complete", "total_count": 0, "failed_count": 0}
        return 200, {"data": {"attributes": state}}, 0
    if path.endswith("relationships/profiles"):
        return 204, None, body.count(MARK)
    if path.endswith("bulk-create-jobs"):
        return 202, None, body.count(MARK)
    if method == "GET":
        return 200, {"data": []}, 0
    made = {"data": {"id": "one"}}
    return (201 if path == "api/lists" else 202), made, body.count(MARK)


def _mailchimp(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if method == "PATCH":
        return 200, {}, 1
    if path.endswith("/merge-fields"):
        fields = [{"tag": tag, "type": kind} for tag, kind in MAILCHIMP_FIELDS.items()]
        return 200, {"merge_fields": fields}, 0
    if method == "POST" and not path.endswith("/segments"):
        rows = body.count(MARK)
        return 200, {"total_added": rows, "total_removed": 0}, rows
    return 200, {"segments": [], "id": 7}, 0


def _splio(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    if path == "authenticate":
        return 200, {"token": "token"}, 0
    if path == "universes/unique-key":
        return 200, {"unique_key": "email"}, 0
    if path.startswith("data/fields"):
        elements = [
            {"id": id, "name": name, "type": kind, "is_system": False}
            for name, (id, kind) in SPLIO_FIELDS.items()
        ]
        return 200, {"elements": elements, "count_element": len(elements)}, 0
    if method == "PATCH":
        return 200, {}, 1
    rows = body.count(MARK)
    return 200, {"items": [{"code": 201}] * rows}, rows


def _webhook(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    return 200, {}, body.count(MARK)


def _rows(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    """The destination of `destination.py`."""
    return 200, {}, body.count(MARK)


def _meta(method: str, path: str, body: bytes) -> tuple[int, Any, int]:
    """Its rows have hashes in the place of addresses."""
    if path.endswith("/users"):
        rows = body.count(b'"],["') + 1
        return 200, {"num_received": rows, "num_invalid_entries": 0}, rows
    if path.endswith("/events"):
        rows = body.count(b'"event_id"')
        return 200, {"events_received": rows}, rows
    return 200, {"data": [], "id": LIST, "name": LIST}, 0


_VENDORS = {
    "sendgrid": _sendgrid,
    "batch": _batch,
    "braze": _braze,
    "brevo": _brevo,
    "emarsys": _emarsys,
    "hubspot": _hubspot,
    "intercom": _intercom,
    "iterable": _iterable,
    "klaviyo": _klaviyo,
    "mailchimp": _mailchimp,
    "meta": _meta,
    "zendesk": _zendesk,
    "splio": _splio,
    "webhook": _webhook,
    "rows": _rows,
}
