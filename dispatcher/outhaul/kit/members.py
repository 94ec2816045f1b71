"""What lists of addresses have in common: the address is the member."""

from __future__ import annotations

from collections.abc import Sequence

from outhaul.errors import ConfigurationError, RowRefused
from outhaul.kit import values
from outhaul.kit.columns import emails
from outhaul.kit.rows import Rows
from outhaul.kit.service import OneByOne
from outhaul.model import Column, Row


def member_of(row: Row) -> str:
    """The address of a member, which must be in normal form. Raises RowRefused."""
    address = values.normal_email(row.values.get("email"))
    if address != row.values["email"]:
        raise RowRefused(
            "not_normal",
            "the address is not in lower case without outer spaces; select"
            " {{ outhaul.normalized_email('email') }} as email",
        )
    return address


def members_of(rows: Rows) -> Sequence[str]:
    """The same for many rows. Raises OneByOne."""
    addresses = rows.column("email")
    if emails(addresses) != addresses:
        raise OneByOne
    return addresses


def unsent_columns(columns: Sequence[Column]) -> list[str]:
    """A note for each column that a list cannot hold."""
    return [
        f"column '{column.field}' is not sent: a list holds addresses"
        for column in columns
        if column.field != "email"
    ]


def check_email_column(columns: Sequence[Column], where: str, title: str) -> None:
    """Raises ConfigurationError where no column holds addresses."""
    if "email" not in {column.field for column in columns}:
        raise ConfigurationError(
            f"{where}: there is no column 'email', by which {title} recognises the"
            " members of a list"
        )
