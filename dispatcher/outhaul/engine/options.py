"""The engine's own numbers. Tests set smaller ones; users have no need to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SyncOptions:
    """How a sync divides its work.

    lease_seconds: how long a lease lasts unless renewed; longer than any request.
    canary_rows: rows of a new binding that are settled before any others are sent.
    first_claim_rows, largest_claim_rows, claim_seconds: a claim covers at least and at
        most so many rows; in between as many as were settled before it, while one
        takes less than the seconds.
    page_rows: rows read from the warehouse at once.
    outstanding_rows: rows fed and not settled, at most, and how far beyond the last
        committed row others may be fed; bounds the memory and what a crash repeats.
    commit_seconds: how long a commit may be put off at most while rows settle.
    """

    lease_seconds: int = 300
    canary_rows: int = 50
    first_claim_rows: int = 1_000
    largest_claim_rows: int = 50_000
    claim_seconds: float = 30.0
    page_rows: int = 5_000
    outstanding_rows: int = 30_000
    commit_seconds: float = 30.0
