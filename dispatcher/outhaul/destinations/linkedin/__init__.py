"""LinkedIn Ads: matched audiences of users and of companies.

https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences
"""

from outhaul.destinations.linkedin.account import LinkedIn
from outhaul.destinations.linkedin.audiences import CompanyAudience, UserAudience
from outhaul.kit.platform import Platform

PLATFORM = Platform.of(LinkedIn, UserAudience, CompanyAudience)

__all__ = ["PLATFORM", "LinkedIn"]
