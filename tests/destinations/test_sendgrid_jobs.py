"""From a finished import job to outcomes, without any request."""

from __future__ import annotations

import pytest

from outhaul.destinations.sendgrid.api import Contact
from outhaul.destinations.sendgrid.jobs import failed_addresses, settle
from outhaul.kit.rows import Items
from outhaul.kit.service import Encoded
from tests.destinations.sendgrid_rows import row

ADDRESSES = [f"person{number}@example.com" for number in range(1, 4)]


def settled(status, results, failed=(), *, found=None):
    items = Items.of(Encoded(row(number), b"{}", found) for number in range(1, 4))
    failed = {f"person{number}@example.com": "reason" for number in failed}
    return [
        outcome.status.value
        for outcome in settle(items, ADDRESSES, status, results, failed)
    ]


@pytest.mark.parametrize(
    ("status", "results", "failed", "expected"),
    [
        ("completed", {}, (), ["accepted"] * 3),
        ("completed", {"errored_count": 0}, (), ["accepted"] * 3),
        # Counts need not add up: rows that changed nothing are counted elsewhere.
        ("completed", {"requested_count": 3}, (), ["accepted"] * 3),
        ("completed", {"errored_count": 1}, (2,), ["accepted", "rejected", "accepted"]),
        ("errored", {"errored_count": 1}, (2,), ["accepted", "rejected", "accepted"]),
        ("errored", {}, (2,), ["accepted", "rejected", "accepted"]),
        ("errored", {"errored_count": 3}, (), ["rejected"] * 3),
        ("errored", {"errored_count": 9}, (), ["rejected"] * 3),
        ("failed", {}, (), ["rejected"] * 3),
        # The file tells of fewer rows than the count.
        ("errored", {"errored_count": 2}, (2,), ["some_failed"] * 3),
        ("errored", {"errored_count": 1}, (), ["some_failed"] * 3),
        ("errored", {}, (), ["some_failed"] * 3),
        # The file tells of rows that are not ours.
        ("errored", {"errored_count": 1}, (9,), ["some_failed"] * 3),
        # ... which is right where the job holds more rows than we ask for.
        (
            "errored",
            {"errored_count": 1, "requested_count": 9},
            (9,),
            ["accepted"] * 3,
        ),
        (
            "errored",
            {"errored_count": 3, "requested_count": 9},
            (9,),
            ["some_failed"] * 3,
        ),
        ("failed", {"errored_count": 3, "requested_count": 9}, (), ["some_failed"] * 3),
        # Counts that are none.
        ("errored", {"errored_count": "many"}, (), ["some_failed"] * 3),
        ("errored", {"errored_count": True}, (), ["some_failed"] * 3),
        ("errored", {"errored_count": -1}, (), ["some_failed"] * 3),
        ("errored", {"errored_count": float("nan")}, (), ["some_failed"] * 3),
    ],
)
def test_rows_are_acknowledged_only_where_file_and_count_agree(
    status, results, failed, expected
):
    assert settled(status, results, failed, found=Contact()) == expected
    by_look_up = {"rejected": "again", "some_failed": "again"}
    assert settled(status, results, failed) == [
        by_look_up.get(each, each) for each in expected
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"email,error\nAnn@Example.com,bad value\n",
        b'\xef\xbb\xbf"Email","Error"\r\n"ann@example.com","bad value"\r\n',
        b"id,EMAIL , message\n1, ann@example.com ,bad value\n",
        b'[{"email": "ann@example.com", "message": "bad value"}]',
        b'{"errors": [{"Email": "ann@example.com", "error": "bad value"}]}',
        b'{"email": "ann@example.com", "reason": "bad value"}',
    ],
)
def test_files_of_errors_are_read_in_several_forms(data):
    assert failed_addresses(data) == {"ann@example.com": "bad value"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe\x00",
        b"address,error\nann@example.com,bad\n",
        b"email,error\nnobody,bad\n",
        b"[" * 100_000,
        b"5",
        b'{"errors": [{"email": 5}]}',
        b"email\n" + b"x" * 200_000,
        b"<html>ann@example.com</html>",
    ],
)
def test_other_files_of_errors_tell_nothing(data):
    assert failed_addresses(data) == {}


def test_a_reason_in_a_file_is_shown_without_personal_data():
    data = b"email,error\nann@example.com,ann@example.com is +44 7700 900123\n"
    assert failed_addresses(data) == {"ann@example.com": "*** is ***"}
