"""Values that drivers change, read from what warehouses write."""

import struct
from datetime import datetime, time, timedelta, timezone

import pytest

from outhaul import exact

INTERVALS = {
    exact.iso_interval: {
        "P1M": "P1M",
        "PT-1H-30M": "-PT1H30M",
        "P1Y2M3DT-4H-5M-6.7S": "P1Y2M3DT-4H-5M-6.7S",
        "PT-0.5S": "-PT0.5S",
        "PT0S": "PT0S",
        "P-14M": "-P1Y2M",
        "infinity": exact.FAR_INTERVAL,
        "-infinity": exact.FAR_INTERVAL,
    },
    exact.spelled_interval: {
        "1 month": "P1M",
        "-01:30:00": "-PT1H30M",
        "1 year 2 months -3 days 25:00:00.000001": "P1Y2M-3DT25H0.000001S",
        "00:00:00": "PT0S",
        "-1 days": "-P1D",
        "1 fortnight": exact.FAR_INTERVAL,
    },
    exact.canonical_interval: {
        "0-1 0 0:0:0": "P1M",
        "0-0 0 -1:30:0": "-PT1H30M",
        "-1-2 3 4:5:6.000007": "P-1Y-2M3DT4H5M6.000007S",
        "0-0 0 25:0:0": "PT25H",
        "1 month": exact.FAR_INTERVAL,
    },
}


@pytest.mark.parametrize("read", INTERVALS, ids=lambda read: read.__name__)
def test_intervals_keep_months_days_and_time_apart(read):
    assert {text: read(text) for text in INTERVALS[read]} == INTERVALS[read]


UTC = timezone.utc
MOMENTS = {
    "2026-01-31 06:15:00": datetime(2026, 1, 31, 6, 15),
    "2026-01-31 06:15:00+00": datetime(2026, 1, 31, 6, 15, tzinfo=UTC),
    "2026-01-31 06:15:00.5": datetime(2026, 1, 31, 6, 15, 0, 500000),
    "2026-01-31 06:15:00.500000+00": datetime(2026, 1, 31, 6, 15, 0, 500000, UTC),
    "2026-01-31 06:15:00.123456000": datetime(2026, 1, 31, 6, 15, 0, 123456),
    "2026-01-31 06:15:00+05:30": datetime(2026, 1, 31, 0, 45, tzinfo=UTC),
    "2026-01-31T06:15:00Z": datetime(2026, 1, 31, 6, 15, tzinfo=UTC),
    "2026-01-31 06:15:00.123456789": exact.FINE_TIME,
    "2026-01-31 06:15:00.123456789+00": exact.FINE_TIME,
    "infinity": exact.FAR_DATE,
    "-infinity": exact.FAR_DATE,
    "20000-01-01 00:00:00": exact.FAR_DATE,
    "0044-03-15 12:00:00 BC": exact.FAR_DATE,
    "0044-03-15 (BC) 10:00:00": exact.FAR_DATE,
    "0001-01-01 00:00:00+01": exact.FAR_DATE,
}


def test_moments_are_exact_and_in_utc():
    assert {text: exact.moment(text) for text in MOMENTS} == MOMENTS


def test_times_of_day_are_exact():
    zone = timezone(timedelta(hours=2))
    times = {
        "06:15:00.5": time(6, 15, 0, 500000),
        "06:15:00+02": time(6, 15, tzinfo=zone),
        "24:00:00": "24:00:00",
        "06:15:00.123456789": exact.FINE_TIME,
    }
    assert {text: exact.clock(text) for text in times} == times


@pytest.mark.parametrize("text", ["0.1", "1e-30", "3.4028235e+38", "16777216", "0"])
def test_single_precision_is_written_with_fewest_digits(text):
    (widened,) = struct.unpack("f", struct.pack("f", float(text)))
    assert exact.single(widened) == exact.single(float(text)) == float(text)
