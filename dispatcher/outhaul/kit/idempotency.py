"""The name of a request, by which a receiver can tell that it comes again.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from __future__ import annotations

import hashlib

from outhaul.kit.rows import Collected
from outhaul.kit.service import Activation


def idempotency_key(activation: Activation, items: Collected) -> str:
    """Equal for the same rows of the same generation, also after a restart.

    A value that goes from A to B and back to A has another generation, and so does
    whatever is sent on purpose once more. 64 hexadecimal digits.
    """
    digest = hashlib.sha256(
        f"{activation.destination}/{activation.name}/{activation.generation}".encode()
    )
    bodies = items.bodies
    # Together with the lengths, the bodies can be told apart.
    shape = (list(items.positions), list(map(len, bodies)))
    digest.update(f"/{shape}/".encode())
    digest.update(b"".join(bodies))
    return digest.hexdigest()
