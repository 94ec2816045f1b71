"""`outhaul status` on a ledger whose clock is years ahead of this machine's."""

from __future__ import annotations

from types import SimpleNamespace

from outhaul.commands.session import Session
from outhaul.commands.status import ActivationStatus
from outhaul.commands.status import status as status_of
from outhaul.ledger import Warehouse
from tests.engine.ledger import SCHEMA
from tests.engine.world import World


def status(world: World) -> ActivationStatus:
    warehouse = Warehouse(world.ledger.connect(), world.ledger.database, SCHEMA)
    # The ledger of the world names neither project nor target.
    nobody = SimpleNamespace(name=None, target_name=None)
    (found,) = status_of(Session(nobody, warehouse), ())  # type: ignore[arg-type]
    return found


def test_the_lag_is_measured_by_the_warehouse_clock_alone(world: World) -> None:
    world.build()
    world.ledger.advance(500)
    assert status(world).lag_seconds == 500
    # the twin: nothing waits any more
    world.sync()
    assert status(world).lag_seconds == 0
