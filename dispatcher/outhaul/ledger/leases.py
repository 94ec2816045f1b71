"""The lease of an activation: taken, renewed and given back by compare-and-set."""

from __future__ import annotations

from outhaul.errors import LeaseLost
from outhaul.ledger.records import ENDED, LeaseGrant
from outhaul.ledger.statements import Statements


class Leases(Statements):
    """Leases by the warehouse's own clock."""

    def take_lease(self, name: str, holder: str, seconds: int) -> LeaseGrant | None:
        """Take the activation's lease where nobody holds it; None: somebody does."""
        table = self._table("outhaul_activations")
        is_free = (
            "activation = ? and (lease_expires_at is null"
            f" or lease_expires_at <= {self._dialect.now})"
        )
        if self._dialect.lock_rows:
            free = f"select activation from {table} where {is_free}"
            is_free = f"activation = ({free}{self._dialect.lock_rows})"
        taken = self._write(
            f"update {table} set lease_holder = ?, lease_fence = lease_fence + 1,"
            f" lease_expires_at = {self._dialect.after(seconds)} where {is_free}",
            (holder, name),
        )
        if taken != 1:
            return None
        fence, generation = self._query(
            f"select lease_fence, generation from {table} where activation = ?", (name,)
        )[0]
        return LeaseGrant(name, holder, fence, generation)

    def live_lease(self, name: str) -> LeaseGrant | None:
        """The lease that somebody holds on the activation now."""
        rows = self._query(
            "select lease_holder, lease_fence, generation from"
            f" {self._table('outhaul_activations')} where activation = ?"
            f" and lease_holder is not null and lease_expires_at > {self._dialect.now}",
            (name,),
        )
        return LeaseGrant(name, *rows[0]) if rows else None

    def shorten_lease(self, lease: LeaseGrant, seconds: int) -> None:
        """Let a lease end `seconds` from now, unless it ends before."""
        end = self._dialect.after(seconds)
        self._write(
            f"update {self._table('outhaul_activations')} set lease_expires_at = {end}"
            " where activation = ? and lease_holder = ? and lease_fence = ?"
            f" and lease_expires_at > {end}",
            (lease.activation, lease.holder, lease.fence),
        )

    def renew_lease(self, lease: LeaseGrant, seconds: int) -> None:
        """Push the lease's end to `seconds` from now. Raises LeaseLost."""
        self._write_as_holder(
            lease, f"lease_expires_at = {self._dialect.after(seconds)}", live=True
        )

    def release_lease(self, lease: LeaseGrant) -> None:
        """Give the lease back at once; does nothing where it is not ours any more."""
        try:
            self._write_as_holder(
                lease, "lease_holder = null, lease_expires_at = null", live=False
            )
        except LeaseLost:
            return

    def outlive_lease(self, lease: LeaseGrant) -> None:
        """Leave the lease to end by itself, and say that its sync is over.

        Does nothing where it is not ours any more.
        """
        condition = "activation = ? and lease_holder = ? and lease_fence = ?"
        self._write(
            f"update {self._table('outhaul_activations')} set lease_holder = ?"
            f" where {condition}",
            (ENDED + lease.holder, lease.activation, lease.holder, lease.fence),
        )

    def _write_as_holder(self, lease: LeaseGrant, change: str, live: bool) -> None:
        condition = f" and lease_expires_at > {self._dialect.now}" if live else ""
        written = self._write(
            f"update {self._table('outhaul_activations')} set {change} where"
            " activation = ? and lease_holder = ? and lease_fence = ?" + condition,
            (lease.activation, lease.holder, lease.fence),
        )
        if written != 1:
            raise lease_lost(lease)


def lease_lost(lease: LeaseGrant) -> LeaseLost:
    """The error of a sync whose lease is gone."""
    return LeaseLost(
        f"'{lease.activation}': the lease of this sync has ended or was taken over; "
        "it stopped sending, and what it had not committed is in doubt"
    )
