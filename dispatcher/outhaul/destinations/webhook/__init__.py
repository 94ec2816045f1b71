"""Rows as JSON to any HTTP endpoint, for platforms that are not listed.

The reader declares what we cannot know of the endpoint: the request of each change
(`requests.py`), the log-in (`account.py`), and what its answers mean
(`answers.py`).
"""

from __future__ import annotations

from outhaul.destinations.webhook.account import Webhook
from outhaul.destinations.webhook.rows import Changes, RowsOptions, Upserts
from outhaul.kit.platform import Platform

__all__ = ["PLATFORM", "RowsOptions", "Webhook"]

PLATFORM = Platform.of(Webhook, Changes, Upserts)
