"""How a dbt-snowflake profile logs in, in the words of Snowflake's driver.

https://docs.getdbt.com/docs/core/connect-data-platform/snowflake-setup
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from outhaul.connections.base import import_driver, refuse_missing, whole_number
from outhaul.errors import ConfigurationError

_LOGIN_SECONDS = 60
# For each request, and for a statement from its start to its end: without it, the
# driver tries again for ever.
_STATEMENT_SECONDS = 900

# What is done here, or makes no difference to us. Any other key, such as those of a
# proxy, and any other way to log in, such as a browser, is left to dbt's adapter.
_KEYS = {
    *("type", "threads", "schema", "database", "warehouse", "role", "query_tag"),
    *("account", "host", "port", "protocol", "client_session_keep_alive"),
    *("user", "password", "authenticator", "token"),
    *("private_key", "private_key_path", "private_key_passphrase"),
    *("connect_retries", "connect_timeout", "retry_all", "retry_on_database_errors"),
    *("reuse_connections", "insecure_mode"),
}
# dbt's word for a way to log in, and the driver's.
_AUTHENTICATORS = {
    "": "snowflake",
    "snowflake": "snowflake",
    "snowflake_jwt": "snowflake",
    "oauth": "oauth",
    "jwt": "oauth",
    "programmatic_access_token": "programmatic_access_token",
}
_SECRETS = ("password", "token", "private_key", "private_key_passphrase")


def logs_in_directly(credentials: Mapping[str, Any]) -> bool:
    """Whether the profile logs in by password, key pair or token, without a proxy."""
    used = {key for key, value in credentials.items() if value not in (None, "", False)}
    return used <= _KEYS - {"insecure_mode"} and _written(credentials) in (
        _AUTHENTICATORS
    )


def secrets_of(credentials: Mapping[str, Any]) -> list[str]:
    """What must not be shown."""
    return [str(credentials[key]) for key in _SECRETS if credentials.get(key)]


def connect_options(credentials: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of the driver's `connect`. Contacts nothing, but reads the key."""
    authenticator = _AUTHENTICATORS[_written(credentials)]
    by_token = authenticator != "snowflake"
    keys = [key for key in ("private_key", "private_key_path") if credentials.get(key)]
    needed = ["account", "token"] if by_token else ["account", "user"]
    missing = [key for key in needed if not credentials.get(key)]
    if not by_token and not keys and not credentials.get("password"):
        missing.append("password or private_key_path")
    refuse_missing("snowflake", missing)
    if len(keys) > 1:
        raise _refused("has both private_key and private_key_path: keep one of them")
    options: dict[str, Any] = {
        # Its address has hyphens where its name may have underscores, as dbt knows too.
        "account": str(credentials["account"]).replace("_", "-"),
        "application": "outhaul",
        "autocommit": True,
        "client_session_keep_alive": bool(credentials.get("client_session_keep_alive")),
        "login_timeout": _LOGIN_SECONDS,
        "network_timeout": _STATEMENT_SECONDS,
        "paramstyle": "qmark",
        # It would ask the addresses of clouds who we are, which only they need.
        "platform_detection_timeout_seconds": 0.0,
        "session_parameters": {
            "TIMEZONE": "UTC",
            "QUERY_TAG": str(credentials.get("query_tag") or "outhaul"),
        },
    }
    for key in ("user", "role", "warehouse", "database", "schema", "host", "protocol"):
        if credentials.get(key):
            options[key] = str(credentials[key])
    if credentials.get("port"):
        options["port"] = whole_number(credentials, "port", 443)
    if by_token:
        return options | {
            "authenticator": authenticator,
            "token": str(credentials["token"]),
        }
    if keys:
        return options | {
            "authenticator": "SNOWFLAKE_JWT",
            "private_key": _private_key(credentials),
        }
    return options | {"password": str(credentials["password"])}


def _written(credentials: Mapping[str, Any]) -> str:
    return str(credentials.get("authenticator") or "").lower()


def _private_key(credentials: Mapping[str, Any]) -> bytes:
    """The key as DER, from a file or from the profile: PEM, or DER in base64."""
    keys = import_driver("cryptography.hazmat.primitives.serialization", "snowflake")
    phrase = credentials.get("private_key_passphrase")
    password = str(phrase).encode() if phrase else None
    try:
        if credentials.get("private_key_path"):
            path = Path(str(credentials["private_key_path"])).expanduser()
            data = path.read_bytes()
        else:
            data = str(credentials["private_key"]).strip().encode()
        if data.startswith(b"-"):
            key = keys.load_pem_private_key(data, password)
        else:
            key = keys.load_der_private_key(base64.b64decode(data), password)
    except OSError as error:
        problem = f"'private_key_path' cannot be read: {error.strerror}"
    except (TypeError, ValueError):
        problem = (
            "its private key cannot be read: it must be PEM, or DER in base64, and "
            "'private_key_passphrase' must fit"
        )
    else:
        der: bytes = key.private_bytes(
            keys.Encoding.DER, keys.PrivateFormat.PKCS8, keys.NoEncryption()
        )
        return der
    raise _refused(f"cannot be used: {problem}")


def _refused(problem: str) -> ConfigurationError:
    return ConfigurationError(f"profiles.yml: the snowflake target {problem}")
