"""Rows that wait for their request take little more memory than their bytes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

from outhaul.kit.service import Encoded, Service
from outhaul.model import ACCEPTED, Outcome
from tests.engine import store_service
from tests.engine.world import World

ROOM = 500
"""Bytes: a row of this test takes a hundred, and orjson makes it in a kilobyte."""


def test_an_encoded_row_does_not_keep_the_room_that_it_was_encoded_in(
    world: World,
) -> None:
    world.people(*range(1_000))
    world.settings["limit"] = 500
    world.build()
    kept: list[int] = []

    def wrap(service: Service) -> Service:
        def send(items: Sequence[Encoded]) -> list[Outcome]:
            made_there = tracemalloc.Filter(True, store_service.__file__)
            found = tracemalloc.take_snapshot().filter_traces([made_there])
            kept.append(sum(each.size > ROOM for each in found.traces))
            return [ACCEPTED] * len(items)

        service.send = send  # type: ignore[method-assign]
        return service

    tracemalloc.start(1)
    try:
        assert world.sync(wrap=wrap).accepted.total() == 1_000
    finally:
        tracemalloc.stop()
    # while the last request is sent, nothing is being encoded any more
    assert kept[-1] == 0
