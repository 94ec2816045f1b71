"""OAuth 1.0a: each request is signed with the secrets of an app and of a person.

https://www.rfc-editor.org/rfc/rfc5849
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple

from outhaul.kit.login import Signature


class KeyPair(NamedTuple):
    """A key, which is sent along, and its secret, which never is."""

    key: str
    secret: str


class OAuth1:
    """Signs the method and the address with its query, by HMAC-SHA1.

    Bodies are not signed, so they must not be forms: JSON is none. app, person: the
    keys of the one and the access token of the other. clock: seconds since 1970.
    """

    def __init__(
        self,
        app: KeyPair,
        person: KeyPair,
        hint: str,
        clock: Callable[[], float] = time.time,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
    ) -> None:
        self.hint = hint
        self._app = app
        self._person = person
        self._clock = clock
        self._nonce = nonce

    def sign(self, method: str, url: str) -> Signature:
        from oauthlib.oauth1 import Client  # only who logs in so waits for it

        client = Client(
            self._app.key,
            client_secret=self._app.secret,
            resource_owner_key=self._person.key,
            resource_owner_secret=self._person.secret,
            nonce=self._nonce(),
            timestamp=str(int(self._clock())),
        )
        _, headers, _ = client.sign(url, method)
        return Signature(headers, (headers["Authorization"],))

    def renew(self, refused: Signature) -> bool:
        """The secrets would be the same once more."""
        return False
