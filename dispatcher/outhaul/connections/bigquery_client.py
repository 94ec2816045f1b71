"""The client of google-cloud-bigquery for a dbt-bigquery profile.

https://docs.getdbt.com/docs/core/connect-data-platform/bigquery-setup
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from outhaul import __version__
from outhaul.connections.base import import_driver
from outhaul.errors import ConfigurationError

_SCOPES = (
    "https://www.googleapis.com/auth/bigquery",
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/drive",  # tables that are sheets
    "https://www.googleapis.com/auth/userinfo.email",
)
METHODS = ("oauth", "oauth-secrets", "service-account", "service-account-json")


def data_project(credentials: Mapping[str, Any]) -> str:
    """The project that holds the datasets; empty where the profile names none."""
    return str(credentials.get("project") or credentials.get("database") or "")


def open_client(credentials: Mapping[str, Any]) -> Any:
    """A client with the profile's credentials; asks Google for no more than a token.

    Raises ConfigurationError for credentials that cannot be read.
    """
    bigquery = import_driver("google.cloud.bigquery", "bigquery")
    client_info = import_driver("google.api_core.client_info", "bigquery")
    client_options = import_driver("google.api_core.client_options", "bigquery")
    return bigquery.Client(
        project=credentials.get("execution_project") or data_project(credentials),
        credentials=_credentials(credentials),
        location=credentials.get("location"),
        client_info=client_info.ClientInfo(user_agent=f"outhaul/{__version__}"),
        client_options=client_options.ClientOptions(
            quota_project_id=credentials.get("quota_project"),
            api_endpoint=credentials.get("api_endpoint"),
        ),
    )


def open_storage_client(credentials: Mapping[str, Any]) -> Any:
    """A client of the Storage API, or None where it cannot be had.

    Its package is optional; who has an address of their own for BigQuery has told no
    other for the Storage API.
    """
    if credentials.get("api_endpoint"):
        return None
    try:
        storage = import_driver("google.cloud.bigquery_storage", "bigquery")
    except ConfigurationError:
        return None
    return storage.BigQueryReadClient(credentials=_credentials(credentials))


def _credentials(profile: Mapping[str, Any]) -> Any:
    scopes = tuple(profile.get("scopes") or _SCOPES)
    source = _source_credentials(profile, scopes)
    impersonated = profile.get("impersonate_service_account")
    if not impersonated:
        return source
    module = import_driver("google.auth.impersonated_credentials", "bigquery")
    return module.Credentials(
        source_credentials=source,
        target_principal=str(impersonated),
        target_scopes=list(scopes),
    )


def _source_credentials(profile: Mapping[str, Any], scopes: tuple[str, ...]) -> Any:
    method = profile.get("method")
    if method == "oauth":
        return _default_credentials(scopes)
    if method == "oauth-secrets":
        return _token(profile, scopes)
    accounts = import_driver("google.oauth2.service_account", "bigquery").Credentials
    key = "keyfile" if method == "service-account" else "keyfile_json"
    if not profile.get(key):
        raise ConfigurationError(
            f"profiles.yml: the bigquery target has method '{method}' and no '{key}'"
        )
    try:
        if method == "service-account":
            return accounts.from_service_account_file(profile[key], scopes=scopes)
        return accounts.from_service_account_info(_key(profile[key]), scopes=scopes)
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except ValueError:  # repeats parts of the key
        problem = "it is not the JSON of a service account's key"
    raise ConfigurationError(f"profiles.yml: cannot read the '{key}': {problem}")


def _default_credentials(scopes: tuple[str, ...]) -> Any:
    auth = import_driver("google.auth", "bigquery")
    exceptions = import_driver("google.auth.exceptions", "bigquery")
    try:
        found, _ = auth.default(scopes=scopes)
        return found
    except exceptions.DefaultCredentialsError:
        pass
    raise ConfigurationError(
        "profiles.yml: the bigquery target has method 'oauth', and this machine has no "
        "application default credentials; run: gcloud auth application-default login"
    )


def _token(profile: Mapping[str, Any], scopes: tuple[str, ...]) -> Any:
    if not profile.get("token") and not profile.get("refresh_token"):
        raise ConfigurationError(
            "profiles.yml: the bigquery target has method 'oauth-secrets' and neither "
            "'token' nor 'refresh_token'"
        )
    module = import_driver("google.oauth2.credentials", "bigquery")
    return module.Credentials(
        token=profile.get("token"),
        refresh_token=profile.get("refresh_token"),
        client_id=profile.get("client_id"),
        client_secret=profile.get("client_secret"),
        token_uri=profile.get("token_uri"),
        scopes=scopes,
    )


def _key(written: Any) -> dict[str, Any]:
    """A service account's key: a mapping, or its JSON as text or in base64."""
    if isinstance(written, str):
        text = written.strip()
        if not text.startswith("{"):
            try:
                text = base64.b64decode(text, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                raise ValueError("neither JSON nor base64") from None
        written = json.loads(text)
    key = dict(written)
    # a variable of the environment often holds \n in two characters
    key["private_key"] = str(key.get("private_key", "")).replace("\\n", "\n")
    return key
