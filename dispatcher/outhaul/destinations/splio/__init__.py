"""Splio: contacts of a universe, by files over SFTP or by the REST API.

account.py holds the settings, contacts.py the two ways of the one service, fields.py
what may be in a column, api.py the calls.

https://dev-scp.splio.com/docs/datahub
"""

from outhaul.destinations.splio.account import Splio
from outhaul.destinations.splio.contacts import FileContacts, RestContacts
from outhaul.kit.platform import Platform
from outhaul.kit.service import Service


class _TwoWays(Platform):
    """The account's setting `transport` says which way its contacts go."""

    def implementation(self, account: Splio, service: str) -> type[Service]:
        return RestContacts if account.transport == "rest" else FileContacts


PLATFORM = _TwoWays.of(Splio, FileContacts)

__all__ = ["PLATFORM", "Splio"]
