"""SendGrid: contacts and lists of Marketing Campaigns.

account.py holds the settings, contacts.py and lists.py the two services, api.py
the calls; the rest are parts of these without any request.

https://www.twilio.com/docs/sendgrid/api-reference/contacts
"""

from dispatcher.destinations.sendgrid.account import SendGrid

__all__ = ["SendGrid"]
