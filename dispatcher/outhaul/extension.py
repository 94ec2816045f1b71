"""What a package of others imports to register a platform; the rest may change.

docs/destinations/your-own.md shows a whole one. A name that is taken away or changed
here is a breaking change, which the changelog names.
"""

from __future__ import annotations

from outhaul.config.settings import setting
from outhaul.errors import (
    ConfigurationError,
    NotSent,
    OutcomeUnknown,
    Refusal,
    RequestRefused,
    RequestTooLarge,
    RowRefused,
    StopSync,
    Throttled,
)
from outhaul.http.addresses import path_part, setting_problems
from outhaul.http.answers import Response, classify, json_of
from outhaul.kit.api import (
    Api,
    ApiAccount,
    address,
    by_index,
    certificates,
    deadline,
)
from outhaul.kit.bodies import Body, Field, null_mode
from outhaul.kit.consent import Consent, unsubscribe
from outhaul.kit.events import Events
from outhaul.kit.fields import Missing, Plan
from outhaul.kit.formats import (
    Boolean,
    Day,
    Email,
    Fixed,
    Format,
    Json,
    Moment,
    Number,
    RecentMoment,
    Text,
    Texts,
)
from outhaul.kit.interface import Interface
from outhaul.kit.jobs import LOST, ByJob, Ended, started
from outhaul.kit.lists import MemberList, RecordList
from outhaul.kit.login import Token, TokenRequest, client_credentials, refresh_token
from outhaul.kit.oauth1 import KeyPair, OAuth1
from outhaul.kit.platform import Platform
from outhaul.kit.records import Probed, Records
from outhaul.kit.rows import Collected, Rows
from outhaul.kit.service import Activation, Bucket, Job, Limits, Service
from outhaul.kit.service_account import ServiceAccount
from outhaul.model import (
    ACCEPTED,
    UNKNOWN,
    Change,
    Column,
    Kind,
    Outcome,
    Row,
    Status,
)

__all__ = [
    "ACCEPTED",
    "LOST",
    "UNKNOWN",
    "Activation",
    "Api",
    "ApiAccount",
    "Body",
    "Boolean",
    "Bucket",
    "ByJob",
    "Change",
    "Collected",
    "Column",
    "ConfigurationError",
    "Consent",
    "Day",
    "Email",
    "Ended",
    "Events",
    "Field",
    "Fixed",
    "Format",
    "Interface",
    "Job",
    "Json",
    "KeyPair",
    "Kind",
    "Limits",
    "MemberList",
    "Missing",
    "Moment",
    "NotSent",
    "Number",
    "OAuth1",
    "Outcome",
    "OutcomeUnknown",
    "Plan",
    "Platform",
    "Probed",
    "RecentMoment",
    "RecordList",
    "Records",
    "Refusal",
    "RequestRefused",
    "RequestTooLarge",
    "Response",
    "Row",
    "RowRefused",
    "Rows",
    "Service",
    "ServiceAccount",
    "Status",
    "StopSync",
    "Text",
    "Texts",
    "Throttled",
    "Token",
    "TokenRequest",
    "address",
    "by_index",
    "certificates",
    "classify",
    "client_credentials",
    "deadline",
    "json_of",
    "null_mode",
    "path_part",
    "refresh_token",
    "setting",
    "setting_problems",
    "started",
    "unsubscribe",
]
