"""Which steps each network wants of each kind of identifier; the last one is `sha256`.

What is not in a network's table cannot be sent to it. A kind without `sha256` is sent
in clear. Addresses come here trimmed and in lower case, phone numbers in E.164 with
their plus, days of birth as YYYYMMDD, and all others trimmed.
"""

from __future__ import annotations

from collections.abc import Mapping

Steps = tuple[str, ...]

KINDS = (
    "email",
    "phone",
    "first_name",
    "last_name",
    "city",
    "state",
    "postal_code",
    "country",
    "gender",
    "birth_date",
    "mobile_ad_id",
    "external_id",
    "company_name",
    "company_domain",
    "company_email_domain",
    "company_page_url",
    "organization_urn",
)

_HASHED: Steps = ("sha256",)
_LOWER: Steps = ("lower", "sha256")
_LETTERS: Steps = ("lower", "letters", "sha256")
_A_TO_Z: Steps = ("lower", "a_to_z", "sha256")
_POSTAL: Steps = ("lower", "five_digits", "compact", "sha256")
_DIGITS: Steps = ("digits", "sha256")
_INITIAL: Steps = ("lower", "initial", "sha256")

NETWORKS: Mapping[str, Mapping[str, Steps]] = {
    # https://ads-api.criteo.com: addresses alone, and ids of devices in clear
    "criteo": {"email": _HASHED, "mobile_ad_id": ()},
    # https://developers.google.com/data-manager/api/devguides/concepts/formatting
    "google": {
        "email": ("gmail", "sha256"),
        "phone": _HASHED,
        "first_name": _LOWER,
        "last_name": _LOWER,
        "postal_code": (),
        "country": (),
        "mobile_ad_id": (),
        "external_id": (),
    },
    # Companies are no secret to anybody.
    "linkedin": {
        "email": _HASHED,
        "mobile_ad_id": (),
        "company_name": (),
        "company_domain": (),
        "company_email_domain": (),
        "company_page_url": (),
        "organization_urn": (),
    },
    # https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
    "meta": {
        "email": _HASHED,
        "phone": _DIGITS,
        "first_name": _LETTERS,
        "last_name": _LETTERS,
        "city": _A_TO_Z,
        "state": _A_TO_Z,
        "postal_code": _POSTAL,
        "country": _LOWER,
        "gender": _INITIAL,
        "birth_date": _HASHED,
        "mobile_ad_id": ("lower",),
        "external_id": _HASHED,
    },
    "microsoft": {"email": _HASHED},
    # https://developers.pinterest.com/docs/api/v5/events-create
    "pinterest": {
        "email": _HASHED,
        "phone": _DIGITS,
        "first_name": _LOWER,
        "last_name": _LOWER,
        "city": _LETTERS,
        "state": _LOWER,
        "postal_code": _DIGITS,
        "country": _LOWER,
        "gender": _INITIAL,
        "birth_date": _HASHED,
        "mobile_ad_id": _LOWER,
        "external_id": _HASHED,
    },
    "reddit": {"email": ("bare", "sha256"), "mobile_ad_id": _LOWER},
    # https://developers.snap.com/api/marketing-api/Conversions-API/Parameters
    "snapchat": {
        "email": _HASHED,
        "phone": _DIGITS,
        "first_name": _LETTERS,
        "last_name": _LETTERS,
        "city": _LETTERS,
        "state": _LETTERS,
        "postal_code": _POSTAL,
        "country": _LOWER,
        "gender": _INITIAL,
        "birth_date": _HASHED,
        "mobile_ad_id": _LOWER,
        "external_id": _HASHED,
    },
    "tiktok": {
        "email": _HASHED,
        "phone": _HASHED,
        "mobile_ad_id": _LOWER,
        "external_id": _HASHED,
    },
    # https://developer.x.com/en/docs/x-ads-api/audiences/overview/user-data
    "x": {"email": _HASHED, "phone": _HASHED, "mobile_ad_id": _LOWER},
}
