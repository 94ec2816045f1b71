"""Writes the raw data of Harbour Goods, the fictional shop of this starter.

    python scripts/generate_seeds.py --day 1 --output seeds
    python scripts/generate_seeds.py --day 2 --output seeds

Day 1 is what the repository holds. Day 2 is one day later: customers arrive,
change and leave, orders come in and come back, readers subscribe and
unsubscribe. Both grow from fixed numbers, so a day has the same bytes wherever
and whenever it is written.

The data are as raw as a shop's: values are missing, e-mail addresses carry
capitals and spaces, one customer was exported twice and one without a key.
"""

from __future__ import annotations

import argparse
import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from people import PLACES, Place

Row = dict[str, Any]

DAY_2 = datetime(2026, 3, 2)
CUSTOMERS = 1000
VISITORS = 200
ORDERS = 6000
EXPORTED_TWICE = 471
EMAIL_DOMAINS = ["example.com", "example.org", "example.net"]  # reserved, RFC 2606


def main() -> None:
    """Write the four seeds of the day asked for."""
    parser = argparse.ArgumentParser(description="Write the shop's raw data.")
    parser.add_argument("--day", type=int, choices=[1, 2], default=1)
    parser.add_argument("--output", type=Path, required=True, help="a folder")
    arguments = parser.parse_args()
    customers, orders, opt_ins = day_1(Random(1))
    visitors = some_visitors(Random(3), customers, signed_in=arguments.day == 2)
    if arguments.day == 2:
        pass_to_day_2(Random(2), customers, orders, opt_ins)
    write(arguments.output / "raw_customers.csv", customers)
    write(arguments.output / "raw_orders.csv", orders)
    write(arguments.output / "raw_email_opt_ins.csv", opt_ins)
    write(arguments.output / "raw_web_visitors.csv", visitors)


def day_1(random: Random) -> tuple[list[Row], list[Row], list[Row]]:
    """Customers, orders and opt-ins up to the evening of the first day."""
    customers = [a_customer(random, key) for key in range(1, CUSTOMERS + 1)]
    # A few customers buy a lot and many buy once, as in any shop.
    weights = [random.paretovariate(1.6) for _ in customers]
    weights[EXPORTED_TWICE - 1] = 0
    buyers = random.choices(customers, weights, k=ORDERS)
    orders = [
        an_order(random, key, buyer["customer_id"], before_day_2(random))
        for key, buyer in enumerate(buyers, start=1)
    ]
    for order in random.sample(orders, 120):
        order["customer_id"] = None  # bought as a guest

    opt_ins = [
        an_opt_in(random, customer["email"])
        for customer in customers
        if customer["email"] and random.random() < 0.7
    ]
    opt_ins += [an_opt_in(random, f"reader{n}@example.org") for n in range(1, 41)]
    for customer in random.sample(customers, 80):
        customer["email"] = as_typed(random, customer["email"])
    spoil(random, customers, opt_ins)
    return customers, orders, opt_ins


def spoil(random: Random, customers: list[Row], opt_ins: list[Row]) -> None:
    """Add the two faults of the export: a customer twice, and one without a key."""
    customers.append(customers[EXPORTED_TWICE - 1] | {"last_name": "Solberg"})
    keyless = a_customer(random, CUSTOMERS) | {"customer_id": None}
    keyless["email"] = "walk.in@example.com"
    customers.append(keyless)
    opt_ins.append(an_opt_in(random, keyless["email"]) | {"opted_out_at": None})


def pass_to_day_2(
    random: Random, customers: list[Row], orders: list[Row], opt_ins: list[Row]
) -> None:
    """Change the rows of the first day into those of the evening after."""
    sound = [c for c in customers if c["customer_id"] not in (None, EXPORTED_TWICE)]
    changing = random.sample(sound, 44)
    for customer in changing[:10]:
        customers.remove(customer)
    for customer in changing[10:22]:
        customer["last_name"] = f"{customer['last_name']}-Solberg"
    for customer in changing[22:36]:
        customer.update(an_address(random, random.choice(PLACES)))
    for customer in changing[36:]:
        change_email(customer, opt_ins)

    arrivals = [a_customer(random, CUSTOMERS + number) for number in range(1, 16)]
    customers += arrivals
    opt_ins += [an_opt_in(random, c["email"]) for c in arrivals if c["email"]]
    for opt_in in random.sample(opt_ins, 9):
        opt_in["opted_out_at"] = opt_in["opted_out_at"] or on_day_2(random)

    for order in random.sample(orders, 60):
        order["status"] = "returned"
    keys = [c["customer_id"] for c in sound if c not in changing[:10]]
    orders += [
        an_order(random, key, random.choice(keys), on_day_2(random))
        for key in range(ORDERS + 1, ORDERS + 161)
    ]


def a_customer(random: Random, key: int) -> Row:
    """One row of `raw_customers`, here and there with a missing value."""
    place = random.choice(PLACES)
    first, first_handle = spelled(random.choice(place.first_names))
    last, last_handle = spelled(random.choice(place.last_names))
    email = f"{first_handle}.{last_handle}{key}@{random.choice(EMAIL_DOMAINS)}"
    return {
        "customer_id": key,
        "first_name": None if random.random() < 0.03 else first,
        "last_name": None if random.random() < 0.02 else last,
        "email": None if random.random() < 0.03 else email,
        **an_address(random, place),
        "registered_at": before_day_2(random),
    }


def an_address(random: Random, place: Place) -> Row:
    """Where a customer lives, with a telephone number of the same country."""
    city, postcode = random.choice(place.cities).split("/")
    digits = [random.randrange(10) for _ in range(4)]
    has_phone = place.phone is not None and random.random() < 0.8
    return {
        "phone": place.phone.format(*digits) if has_phone and place.phone else None,
        "street": random.choice(place.streets).format(random.randrange(1, 120)),
        "postcode": postcode,
        "city": city,
        "country": None if random.random() < 0.02 else place.country,
    }


def some_visitors(random: Random, customers: list[Row], signed_in: bool) -> list[Row]:
    """Browsers that visited the web shop; some came with an address of a customer.

    Twelve share the address of the shop's own terminal. signed_in: whether the second
    day is over, on which five more gave their address.
    """
    known = [customer for customer in customers if customer["email"]]
    visitors = []
    for number in range(1, VISITORS + 1):
        customer = random.choice(known)
        name, _, domain = customer["email"].strip().partition("@")
        email = random.choice([f"{name}@{domain}", f"{name}+web@{domain}".lower()])
        if number <= 12:
            email = "terminal@example.com"
        elif number <= 17:
            email = email if signed_in else None
        elif random.random() < 0.4:
            email = random.choice([None, "none@example.com"])
        visitors.append(
            {
                "visitor_id": f"v{number:03}",
                "email": email,
                "country": customer["country"],
                "last_seen_at": before_day_2(random),
            }
        )
    return visitors


def an_order(random: Random, key: int, customer_id: int, ordered_at: datetime) -> Row:
    """One row of `raw_orders`; the amount is in euros."""
    status = random.choices(
        ["completed", "shipped", "returned", "cancelled"], [86, 5, 6, 3]
    )
    return {
        "order_id": key,
        "customer_id": customer_id,
        "ordered_at": ordered_at,
        "status": status[0],
        "amount": f"{5 + random.expovariate(1 / 45):.2f}",
    }


def an_opt_in(random: Random, email: str) -> Row:
    """One row of `raw_email_opt_ins`; one reader in twelve has left again."""
    opted_in_at = before_day_2(random)
    has_left = random.random() < 1 / 12
    return {
        "email": email,
        "opted_in_at": opted_in_at,
        "opted_out_at": opted_in_at + timedelta(hours=36) if has_left else None,
        "source": random.choice(["checkout", "website", "shop"]),
    }


def change_email(customer: Row, opt_ins: list[Row]) -> None:
    """Give the customer a new address, and the newsletter the same one."""
    old = (customer["email"] or "").strip().lower()
    customer["email"] = f"new.address{customer['customer_id']}@example.com"
    for opt_in in opt_ins:
        if opt_in["email"] == old:
            opt_in["email"] = customer["email"]


def as_typed(random: Random, email: str | None) -> str | None:
    """The same address as people type it: with capitals, with spaces around."""
    if email is None:
        return None
    return random.choice([email.title(), email.upper(), f" {email}", f"{email} "])


def spelled(name: str) -> tuple[str, str]:
    """A name of `people.py` as it is written, and as it stands in an address."""
    native, _, handle = name.partition("/")
    return native, handle or native.lower()


def before_day_2(random: Random) -> datetime:
    """A moment of the three years up to the evening of the first day, in UTC."""
    return DAY_2 - timedelta(minutes=random.randrange(1, 3 * 365 * 24 * 60))


def on_day_2(random: Random) -> datetime:
    """A moment of the second day, in UTC."""
    return DAY_2 + timedelta(minutes=random.randrange(24 * 60))


def write(path: Path, rows: list[Row]) -> None:
    """Write rows as CSV with Unix line ends; a missing value is an empty field."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
