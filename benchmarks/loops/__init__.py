"""What one would write for each service without outhaul: read, encode, send, repeat.

No ledger, no retries, no check of a value. Each loop sends the same requests as the
service, filled with the same number of rows; `requests` keeps the connection.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from pkgutil import iter_modules

from benchmarks.loops.place import Batches, Place, Rows

__all__ = ["LOOPS", "Batches", "Place", "Rows"]

_MODULES = [
    import_module(f"{__name__}.{each.name}")
    for each in iter_modules(__path__)
    if each.name != "place"
]

LOOPS: dict[str, Callable[[Batches, Place], None]] = {
    name: loop
    for module in _MODULES
    for name, loop in inspect.getmembers(module, inspect.isfunction)
    if loop.__module__ == module.__name__ and not name.startswith("_")
}
"""By the name of the diff that is sent."""
