"""Splio: contacts of a universe, by files over SFTP or by the REST API.

account.py holds the settings, contacts_file.py and contacts_rest.py the two ways of
the one service, fields.py what may be in a column, api.py the calls.

https://dev-scp.splio.com/docs/datahub
"""

from dispatcher.destinations.splio.account import Splio

__all__ = ["Splio"]
