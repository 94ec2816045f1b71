"""What each service has to hold by its rules, beside what it holds.

A service of contacts keeps who left, with the values that were sent last; a list
holds today's members and nobody else. Batch updates users that an app knows and
creates none.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from scripts.demo.shop import Row, Segments
from scripts.demo.stand_ins import APP_KEY, APP_USERS

LIST = "vip_customers"
Held = Mapping[str, Row]


@dataclass(frozen=True)
class Finding:
    """One service. rule: what it has to hold.

    current, former: how many it holds as it must, of how many, of today's segment and
    of those who left it. others: how many it must not hold.
    """

    service: str
    rule: str
    current: tuple[int, int]
    former: tuple[int, int] | None
    others: int

    @property
    def is_right(self) -> bool:
        held = [self.current, self.former or (0, 0)]
        return not self.others and all(found == wanted for found, wanted in held)


def findings_of(before: Segments, now: Segments, held: Any) -> list[Finding]:
    """All services that the starter sends to, after both days."""
    newsletter, vip = before.newsletter | now.newsletter, before.vip | now.vip
    sendgrid, emarsys = by_email(held["sendgrid"]), by_email(held["emarsys"])
    return [
        _contacts(
            "sendgrid.contacts",
            "newsletter so far",
            {email: at_sendgrid(row) for email, row in newsletter.items()},
            now.newsletter,
            {email: flat(contact) for email, contact in sendgrid.items()},
        ),
        _members("sendgrid.list", now.vip, sendgrid),
        _users(now.vip, vip, held["batch"]["apps"][APP_KEY]),
        _contacts(
            "splio.contacts",
            "newsletter so far",
            {email: at_splio(row) for email, row in newsletter.items()},
            now.newsletter,
            by_email(held["splio"]),
        ),
        _contacts(
            "emarsys.contacts",
            "VIPs so far",
            {email: at_emarsys(row) for email, row in vip.items()},
            now.vip,
            emarsys,
        ),
        _members("emarsys.list", now.vip, emarsys),
    ]


def passed_over(now: Segments) -> int:
    """VIPs who do not use the app."""
    return sum(str(row["customer_id"]) not in APP_USERS for row in now.vip.values())


def _users(current: Held, vip: Held, app: Held) -> Finding:
    """Users without values are those that nothing was sent about."""
    wanted = {str(row["customer_id"]): at_batch(row) for row in vip.values()}
    found = _contacts(
        "batch.contacts",
        "VIPs with the app",
        {user: wanted[user] for user in APP_USERS if user in wanted},
        {str(row["customer_id"]) for row in current.values()},
        {user: values for user, values in app.items() if values},
    )
    return replace(found, others=found.others + len(app.keys() - set(APP_USERS)))


def _contacts(
    service: str, rule: str, wanted: Held, current: Collection[str], held: Held
) -> Finding:
    """wanted: values by identity; current: the identities of today's segment."""
    right = {key for key in wanted if _holds(held.get(key, {}), wanted[key])}
    stay, left = wanted.keys() & set(current), wanted.keys() - set(current)
    return Finding(
        service,
        rule,
        (len(right & stay), len(stay)),
        (len(right & left), len(left)),
        len(held.keys() - wanted.keys()),
    )


def _members(service: str, wanted: Held, contacts: Held) -> Finding:
    members = {email for email in contacts if LIST in contacts[email]["lists"]}
    return Finding(
        service,
        "VIPs of today",
        (len(members & wanted.keys()), len(wanted)),
        None,
        len(members - wanted.keys()),
    )


def _holds(held: Row, wanted: Row) -> bool:
    return all(_is(held.get(key), value) for key, value in wanted.items())


def _is(held: Any, wanted: Any) -> bool:
    """Numbers may be held as texts, and a null as an empty text or not at all."""
    if isinstance(wanted, Decimal):
        return held is not None and Decimal(str(held)) == wanted
    return (held or None) == (wanted or None)


# --- a row as each service writes it


def at_sendgrid(row: Row) -> Row:
    """A date that is null leaves the one that is there: it cannot be cleared."""
    named = {**row}
    ordered = named.pop("last_order_date")
    return named | ({"last_order_date": f"{ordered:%m/%d/%Y}"} if ordered else {})


def at_batch(row: Row) -> Row:
    return {
        "u.country": row["country"],
        "u.order_count": row["order_count"],
        "u.lifetime_value": row["lifetime_value"],
        "date(u.last_order_date)": f"{row['last_order_date']}T00:00:00",
    }


def at_splio(row: Row) -> Row:
    return {
        "firstname": row["first_name"],
        "lastname": row["last_name"],
        "customer_id": str(row["customer_id"]),
        "order_count": str(row["order_count"]),
        "lifetime_value": row["lifetime_value"],
    }


def at_emarsys(row: Row) -> Row:
    return {
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "customer_id": str(row["customer_id"]),
        "order_count": str(row["order_count"]),
        "lifetime_value": row["lifetime_value"],
        "last_order_date": str(row["last_order_date"]),
    }


def by_email(platform: Row) -> dict[str, Row]:
    return {contact["email"]: contact for contact in platform["contacts"]}


def flat(contact: Row) -> Row:
    """A contact of SendGrid with its custom fields beside the others."""
    return {**contact, **contact.get("custom_fields", {})}
