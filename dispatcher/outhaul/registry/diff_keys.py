"""The keys of `meta.outhaul` that every diff may have, whatever its service."""

from __future__ import annotations

from dataclasses import dataclass, fields

from outhaul.config.settings import setting

BUILD_KEYS = (
    "destination",
    "service",
    "append_only",
    "identity",
    "prefer",
    "max_invalid",
    "max_removed",
    "refresh_after",
    "unsuppressed",
)
"""Those that the build reads; the macro `_build_keys` has the same."""


@dataclass(frozen=True)
class DispatchOptions:
    """Those that the dispatcher itself uses; the build has `_dispatch_keys` of them."""

    fields: dict[str, str] = setting(
        "Destination field names for columns whose own name cannot say it.", default={}
    )
    max_rejected: float = setting(
        "Share of rejected rows, among the first 50 of a new binding, that stops it.",
        default=0.2,
        minimum=0,
        maximum=1,
    )
    max_missing: float = setting(
        "Share of the segment's rows, from 0 to 1, beyond which a sync that finds them"
        " missing at the destination ends as `some missing`, with exit code 1.",
        default=0.5,
        minimum=0,
        maximum=1,
    )


DISPATCH_KEYS = tuple(each.name for each in fields(DispatchOptions))
DIFF_KEYS = (*BUILD_KEYS, *DISPATCH_KEYS)
"""None of these is an option of a service, unless the service says so."""
