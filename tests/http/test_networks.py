"""Addresses of the public network, told from all others before anything is sent."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from outhaul.errors import StopSync
from outhaul.http.client import HttpClient
from outhaul.http.networks import is_private_host, is_public, written_address


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.255",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "2001::1",
        "fe80::1",
        "fec0::1",
        "fc00::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_J07_an_address_of_a_network_alone_is_not_public(text):
    assert not is_public(ipaddress.ip_address(text))
    assert is_private_host(text) and is_private_host(f"[{text}]")


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "93.184.215.14",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
        "2002:808:808::1",
    ],
)
def test_an_address_of_everybody_is_public(text):
    assert is_public(ipaddress.ip_address(text))
    assert not is_private_host(text)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("0", "0.0.0.0"),  # noqa: S104
        ("[::1]", "::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("example.com", None),
        ("1.2.3.4.example.com", None),
        ("", None),
    ],
)
def test_an_address_is_known_however_it_is_written(host, address):
    wanted = ipaddress.ip_address(address) if address else None
    assert written_address(host) == wanted


@pytest.mark.parametrize("host", ["127.0.0.1", "0", "2130706433", "localhost"])
def test_J07_no_connection_is_made_to_find_out(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        client = HttpClient(f"https://{host}:{port}", {}, public_only=True)
        with pytest.raises(StopSync, match="private network"):
            client.request("GET", "/")
        client.close()
        with pytest.raises(TimeoutError):
            server.accept()
