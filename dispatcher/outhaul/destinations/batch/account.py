"""A Batch account: its settings, and the two APIs behind it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from outhaul.config.settings import setting
from outhaul.http.addresses import setting_problems
from outhaul.http.client import HttpClient
from outhaul.kit.account import real_clock
from outhaul.kit.api import ApiAccount, address, certificates, deadline
from outhaul.kit.interface import Interface

_APP_KEY = re.compile(r"[A-Za-z0-9_-]+")
_VERSION = re.compile(r"\d+\.\d+")
_PLATFORMS = ("ios", "android", "web")
# The one service of the older platform, whose account is an app and no project.
_MEP_SERVICE = "contacts"


@dataclass(frozen=True)
class BatchAccount(ApiAccount):
    """Custom attributes of users (MEP), profiles and events (CEP) of Batch."""

    type = "batch"
    title = "Batch"
    interfaces = (Interface("1.0 (MEP) and 2.11 (CEP)"),)

    rest_api_key: str = setting("The REST API key of the company.", secret=True)
    ios_key: str = setting(
        "The live API key of the iOS app, for `contacts`. What is sent goes once to"
        " each platform that has a key here.",
        default="",
        secret=True,
        identifies=True,
    )
    android_key: str = setting(
        "The live API key of the Android app, for `contacts`.",
        default="",
        secret=True,
        identifies=True,
    )
    web_key: str = setting(
        "The live API key of the web app, for `contacts`.",
        default="",
        secret=True,
        identifies=True,
    )
    project_key: str = setting(
        "The key of the project, for `profiles` and `events`.",
        default="",
        identifies=True,
    )
    base_url: str = address("https://api.batch.com")
    api_version: str = setting(
        "The version of the Profile API, for `profiles` and `events`.", default="2.11"
    )
    users_per_request: int = setting(
        "Users in one request of `contacts`, at most.",
        default=1_000,
        minimum=1,
        maximum=10_000,
    )
    requests_per_second: float = setting(
        "Requests of `contacts` a second, for each platform; the vendor states no"
        " number.",
        default=1.0,
        minimum=0.01,
        maximum=1_000,
    )
    profiles_per_second: float = setting(
        "Profiles a second of `profiles` and `events`.",
        default=300.0,
        minimum=1,
        maximum=10_000,
    )
    probe: bool = setting(
        "Ask by an empty request whether the keys are accepted, before rows are sent."
        " It changes nothing, but Batch does not describe its answer to it.",
        default=True,
    )
    request_seconds: float = deadline()
    ca_file: str = certificates()
    clock: Callable[[], float] = real_clock()

    def validate(self) -> list[str]:
        keys = ["rest_api_key", "project_key"]
        problems = setting_problems(self, ["base_url"], keys)
        for platform in _PLATFORMS:
            key = getattr(self, f"{platform}_key")
            if key and not _APP_KEY.fullmatch(key):
                problems.append(
                    f"'{platform}_key' may have letters, digits, '_' and '-' only"
                )
        if not _VERSION.fullmatch(self.api_version):
            problems.append("'api_version' must be like \"2.11\", in quotes")
        return problems

    def identifying(self, service: str) -> Sequence[str]:
        """The apps for `contacts`, the project for the others."""
        if service == _MEP_SERVICE:
            return ("base_url", *(f"{platform}_key" for platform in _PLATFORMS))
        return ("base_url", "project_key")

    @cached_property
    def apps(self) -> dict[str, HttpClient]:
        """Platform to client. The app's key is a part of its address, which no
        message shows: only what is appended to it."""
        headers = {"X-Authorization": self.rest_api_key}
        return {
            platform: self._client(f"1.0/{key}", headers)
            for platform in _PLATFORMS
            if (key := getattr(self, f"{platform}_key"))
        }

    @cached_property
    def profiles(self) -> HttpClient:
        """The client of the Profile API (CEP)."""
        headers = {
            "Authorization": f"Bearer {self.rest_api_key}",
            "X-Batch-Project": self.project_key,
        }
        return self._client(f"{self.api_version}/profiles", headers)

    def _client(self, path: str, headers: dict[str, str]) -> HttpClient:
        headers = {"Content-Type": "application/json", **headers}
        return self.client(f"{self.base_url.rstrip('/')}/{path}", headers)
