"""The template of services that change what people agreed to.

Whoever leaves the segment is unsubscribed, and a mistake there cannot be taken back:
nobody may be subscribed anew who did not ask for it. So removed rows are passed over
until a diff says `unsubscribe: true`, and the build then holds removals beyond a share
that is lower than elsewhere.
"""

from __future__ import annotations

from typing import Any

from outhaul.config.settings import setting
from outhaul.kit.service import Activation, Service
from outhaul.model import Change


def unsubscribe() -> Any:
    """The option `unsubscribe`."""
    return setting(
        "Unsubscribe people who leave the segment; it needs `max_removed: 0.05`, or"
        " less. Otherwise they stay as they are, and nothing is sent.",
        default=False,
    )


class Consent(Service):
    """Subscribes those who enter the segment; with `unsubscribe`, also the contrary."""

    membership = True
    max_removed = 0.05

    def __init__(self, account: Any, options: Any, activation: Activation) -> None:
        super().__init__(account, options, activation)  # type: ignore[safe-super]
        if not options.unsubscribe:
            self.consumes = self.consumes - {Change.REMOVED}
