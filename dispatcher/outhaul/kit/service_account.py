"""Tokens for a service account, which is nobody's login: its key signs for it.

https://www.rfc-editor.org/rfc/rfc7523
https://developers.google.com/identity/protocols/oauth2/service-account
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from outhaul.errors import ConfigurationError
from outhaul.http.addresses import base_url_problem
from outhaul.kit.login import TokenRequest, form_request

_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
# An assertion may live for an hour at most; it is used at once.
_ASSERTION_SECONDS = 600


@dataclass(frozen=True)
class ServiceAccount:
    """The key of a service account, as Google's file holds it.

    token_url: who gives tokens for it; whom its assertions are for.
    """

    email: str
    token_url: str
    key_id: str
    private_key: str = field(repr=False)

    @classmethod
    def read(cls, text: str) -> ServiceAccount:
        """The JSON of the file. Raises ConfigurationError, without any of the text."""
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = None
        if not isinstance(content, dict):
            raise ConfigurationError(
                "is no key of a service account: give the JSON of its file, all of it"
            )
        names = ("client_email", "token_uri", "private_key_id", "private_key")
        lacking = [each for each in names if not _is_text(content.get(each))]
        if lacking:
            raise ConfigurationError(
                f"is no key of a service account: it has no {', '.join(lacking)}"
            )
        made = cls(*(content[each] for each in names))
        made._verify()
        return made

    def ask(
        self, scope: str, subject: str = "", clock: Callable[[], float] = time.time
    ) -> TokenRequest:
        """Asks for a token, at the path of `token_url` itself.

        subject: the person on whose behalf, where the account may do so. clock:
        seconds since 1970.
        """
        import jwt  # takes a tenth of a second, which most commands do without

        now = int(clock())
        claims = {
            "iss": self.email,
            "scope": scope,
            "aud": self.token_url,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
        }
        if subject:
            claims["sub"] = subject
        headers = {"kid": self.key_id}
        assertion = jwt.encode(claims, self.private_key, "RS256", headers=headers)
        asks = form_request("", {"grant_type": _GRANT, "assertion": assertion})
        return asks._replace(secrets=(assertion,))

    def _verify(self) -> None:
        import jwt
        from cryptography.exceptions import UnsupportedAlgorithm

        if problem := base_url_problem(self.token_url):
            raise ConfigurationError(f"has a token_uri that {problem}")
        try:
            self.ask("")
            return
        except (ValueError, TypeError, jwt.PyJWTError, UnsupportedAlgorithm):
            pass
        raise ConfigurationError(
            "holds a private_key that is no RSA key in PEM form: download it again"
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""
