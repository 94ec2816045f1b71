"""Log-ins by a refresh token, a service account's key and OAuth 1.0a."""

from __future__ import annotations

import json
import threading

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from outhaul.errors import ConfigurationError, StopSync
from outhaul.http.client import HttpClient
from outhaul.kit.api import Api
from outhaul.kit.login import Token, refresh_token
from outhaul.kit.oauth1 import KeyPair, OAuth1
from outhaul.kit.service_account import ServiceAccount
from outhaul.sandbox import Sandbox
from outhaul.sandbox.messages import Reply
from outhaul.sandbox.stand_in import Refused, StandIn, route
from outhaul.sandbox.tokens import ASSERTION, Tokens

NOW = 1_767_225_600.0
SCOPE = "https://example.com/auth/members"


def pem_of(key):
    form = serialization.PrivateFormat.PKCS8
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


@pytest.fixture(scope="module")
def private_key():
    return rsa.generate_private_key(65_537, 2_048)


class Members(StandIn):
    """Lets in who has a token."""

    login = Tokens("canary-secret", ("refresh_token", ASSERTION))

    def let_in(self, request):
        if request.path != "/token" and not self.login.lets_in(request):
            raise Refused(401, "no token")

    @route("POST", "/token")
    def token(self, request):
        return self.login.give(request)

    @route("GET", "/members")
    def members(self, request):
        return Reply(200, {"members": []})


@pytest.fixture
def members(private_key):
    with Sandbox() as sandbox:
        stand_in = sandbox.vendors["members"] = Members(sandbox.faults)
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = private_key.public_key().public_bytes(serialization.Encoding.PEM, form)
        stand_in.login = Tokens("canary-secret", Members.login._grants, public.decode())
        stand_in.url = sandbox.url("members")
        yield stand_in


def key_file(key, url, **changed):
    content = {
        "type": "service_account",
        "client_email": "sync@shop.example",
        "token_uri": f"{url}/token",
        "private_key_id": "key-1",
        "private_key": pem_of(key),
    }
    return json.dumps({**content, **changed})


def api_of(url, asks, token_url=""):
    client = HttpClient(token_url or url, {}, secrets=("canary-secret",))
    return Api(HttpClient(url, {}), Token(client, asks, "check 'refresh_token'"))


def by_key(members, key):
    account = ServiceAccount.read(key)
    return api_of(members.url, lambda: account.ask(SCOPE), account.token_url)


def test_a_refresh_token_lets_in_and_once_more_after_a_refusal(members):
    asks = refresh_token("/token", "app", "canary-secret", "1//canary")
    api = api_of(members.url, asks)
    assert api.call("GET", "/members") == {"members": []}
    members.login.end()
    assert api.call("GET", "/members") == {"members": []}
    assert members.login.issued == 2


@pytest.mark.parametrize("secret", ["canary-wrong", ""])
def test_a_secret_that_is_refused_stops_with_what_to_check(members, secret):
    asks = refresh_token("/token", "app", secret, "1//canary")
    with pytest.raises(StopSync, match="check 'refresh_token'") as caught:
        api_of(members.url, asks).call("GET", "/members")
    assert "canary" not in str(caught.value)


def test_a_key_lets_in_and_once_more_after_a_refusal(members, private_key):
    api = by_key(members, key_file(private_key, members.url))
    assert api.call("GET", "/members") == {"members": []}
    members.login.end()
    assert api.call("GET", "/members") == {"members": []}
    assert members.login.issued == 2


def test_the_key_of_another_account_is_refused(members):
    other = rsa.generate_private_key(65_537, 2_048)
    with pytest.raises(StopSync, match="Signature verification failed"):
        by_key(members, key_file(other, members.url)).call("GET", "/members")


def test_threads_share_the_token_of_a_key(members, private_key):
    api = by_key(members, key_file(private_key, members.url))
    ask = lambda: api.call("GET", "/members")  # noqa: E731
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert members.login.issued == 1


@pytest.mark.parametrize("subject", ["", "ann@shop.example"])
def test_an_assertion_says_who_asks_whom_and_for_ten_minutes(private_key, subject):
    account = ServiceAccount.read(key_file(private_key, "https://oauth.example"))
    asks = account.ask(SCOPE, subject, lambda: NOW)
    (assertion,) = asks.secrets
    assert assertion.encode() in asks.body
    assert jwt.get_unverified_header(assertion)["kid"] == "key-1"
    assert jwt.decode(assertion, options={"verify_signature": False}) == {
        "iss": "sync@shop.example",
        "scope": SCOPE,
        "aud": "https://oauth.example/token",
        "iat": int(NOW),
        "exp": int(NOW) + 600,
        **({"sub": subject} if subject else {}),
    }


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"private_key": "canary"}, "private_key that is no RSA key"),
        ({"private_key": "-----BEGIN PRIVATE KEY-----\ncanary"}, "no RSA key"),
        ({"private_key": pem_of(ec.generate_private_key(ec.SECP256R1()))}, "no RSA"),
        ({"private_key": ""}, "it has no private_key"),
        ({"client_email": None}, "it has no client_email"),
        ({"token_uri": "http://canary.example"}, "token_uri that must start with"),
    ],
)
def test_a_key_that_is_none_is_told_without_its_text(private_key, change, problem):
    text = key_file(private_key, "https://oauth.example", **change)
    with pytest.raises(ConfigurationError, match=problem) as caught:
        ServiceAccount.read(text)
    shown = f"{caught.value}{caught.value.__cause__!r}{caught.value.__context__!r}"
    assert "canary" not in shown and "BEGIN" not in shown


@pytest.mark.parametrize("text", ["", "canary", '"canary"', "[]", '{"canary'])
def test_a_text_that_is_no_key_file_is_told_without_it(text):
    with pytest.raises(
        ConfigurationError, match="is no key of a service acc"
    ) as caught:
        ServiceAccount.read(text)
    assert "canary" not in f"{caught.value}{caught.value.__context__!r}"


def test_the_private_key_is_in_no_text_of_the_account(private_key):
    account = ServiceAccount.read(key_file(private_key, "https://oauth.example"))
    assert "BEGIN" not in repr(account)


STATUS = "Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21"


@pytest.mark.parametrize(
    ("version", "signature"),
    [
        ("1", "tnnArxj06cWHq44gCs1OSKk%2FjLY%3D"),
        ("1.1", "hCtSmYh%2BiHYCEqBWrE7C7hYmtU"),
    ],
)
def test_a_request_is_signed_as_in_the_example_of_x(version, signature):
    """https://developer.x.com/en/docs/authentication/oauth-1-0a/creating-a-signature"""
    login = OAuth1(
        KeyPair(
            "xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw"
        ),
        KeyPair(
            "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb",
            "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE",
        ),
        "check the keys",
        clock=lambda: 1_318_622_958.4,
        nonce=lambda: "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg",
    )
    address = f"https://api.twitter.com/{version}/statuses/update.json"
    url = f"{address}?include_entities=true&status={STATUS}"
    signed = login.sign("POST", url)
    assert f'oauth_signature="{signature}' in signed.headers["Authorization"]
    assert signed.secrets == (signed.headers["Authorization"],)
    assert signed != login.sign("GET", url)
    assert not login.renew(signed)


def test_the_query_that_is_signed_is_the_one_that_is_sent():
    seen = []
    with Sandbox(observer=lambda request, reply: seen.append(request)) as sandbox:
        url = sandbox.url("webhook")
        login = OAuth1(KeyPair("app", "a"), KeyPair("ann", "b"), "", lambda: NOW, str)
        client = HttpClient(url, {})
        params = {"name": "ü & 1,2", "with": "a+b"}
        Api(client, login).request("POST", "/rows", b"{}", params=params)
        signed = login.sign("POST", client.url_of("/rows", params))
    assert seen[0].headers["authorization"] == signed.headers["Authorization"]
