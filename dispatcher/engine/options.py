"""The engine's own numbers. Tests set smaller ones; users have no need to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SyncOptions:
    """How a sync divides its work.

    lease_seconds: how long a lease lasts unless renewed; longer than any request.
    canary_rows: rows of a new binding that are settled before any others are sent.
    first_claim_rows, largest_claim_rows, claim_growth, claim_seconds: a claim covers
        this many rows and grows by the factor while one takes less than the seconds.
    page_rows: rows read from the warehouse at once.
    outstanding_rows: rows fed and not settled, at most; bounds the memory.
    commit_seconds: how long a commit may be put off while rows settle.
    """

    lease_seconds: int = 300
    canary_rows: int = 50
    first_claim_rows: int = 1_000
    largest_claim_rows: int = 50_000
    claim_growth: int = 4
    claim_seconds: float = 30.0
    page_rows: int = 5_000
    outstanding_rows: int = 30_000
    commit_seconds: float = 30.0
