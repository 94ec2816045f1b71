"""Mailchimp: members of an audience, and their tags.

https://mailchimp.com/developer/marketing/api/
"""

from outhaul.destinations.mailchimp.account import Mailchimp
from outhaul.destinations.mailchimp.members import Members
from outhaul.destinations.mailchimp.segments import Segment
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(Mailchimp, Members, Segment)

__all__ = ["PLATFORM", "Mailchimp"]
