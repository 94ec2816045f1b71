"""The protocol holds over random histories, and no protection of it is idle."""

from __future__ import annotations

import itertools
import os
import time
import traceback

import pytest

from tests.engine.chaos import AS_IT_IS, BROKEN, History, Variation
from tests.engine.ledger import Ledger
from tests.engine.store import Store

SECONDS = 10.0
SECONDS_TO_CATCH = 90.0
FIRST_SEED = int(os.environ.get("OUTHAUL_CHAOS_SEED", "0"))
SEEDS_THAT_ONCE_FAILED: tuple[int, ...] = ()


def failure(tables: list[str], seed: int, variation: Variation) -> str:
    """What went wrong in the history with this seed, or an empty text."""
    ledger, store = Ledger(tables), Store()
    try:
        ledger.add_diff("people_out")
        History(ledger, store, seed, variation).run()
        return ""
    except AssertionError:
        return traceback.format_exc()
    finally:
        store.close()
        ledger.close()


def test_F15_random_histories_end_with_the_segment_in_the_store(tables):
    end = time.monotonic() + SECONDS
    count = 0
    for seed in itertools.chain(SEEDS_THAT_ONCE_FAILED, itertools.count(FIRST_SEED)):
        problem = failure(tables, seed, AS_IT_IS)
        assert not problem, f"OUTHAUL_CHAOS_SEED={seed} repeats it:\n{problem}"
        count += 1
        if time.monotonic() > end:
            break
    assert count > 5


@pytest.mark.parametrize("name", BROKEN)
def test_F15_a_protection_that_is_switched_off_is_missed(tables, name):
    end = time.monotonic() + SECONDS_TO_CATCH
    seed = FIRST_SEED
    while time.monotonic() < end:
        if failure(tables, seed, BROKEN[name]):
            return
        seed += 1
    pytest.fail(f"{seed - FIRST_SEED} histories without it ended well")
