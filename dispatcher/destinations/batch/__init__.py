"""Batch: users of its mobile platform (MEP), profiles and events of its newer (CEP).

account.py holds the settings; contacts.py, profiles.py and events.py a service
each; attributes.py what a column becomes, cep.py the calls of the Profile API.

https://doc.batch.com
"""

from dispatcher.destinations.batch.account import Batch

__all__ = ["Batch"]
