"""Local stand-ins of the destinations, for trying out, for the demo and for tests.

A stand-in keeps what it is sent, with the vendor's rules and delays, and shows
it under `/_sandbox/state`. Faults are switched on under `/_sandbox/faults`.
"""

from outhaul.sandbox.server import Sandbox

__all__ = ["Sandbox"]
