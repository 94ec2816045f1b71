"""Which addresses belong to everybody, and which to a network or a machine alone.

An address of IPv6 can carry one of IPv4, and then leads where that leads.

https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

import ipaddress
import socket

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NEVER = (
    # Shared or handed on by whoever is near: relays of 6to4, NAT64 of a network's own.
    ipaddress.ip_network("192.88.99.0/24"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    # Addresses of IPv4 in the oldest form, which nobody uses any more.
    ipaddress.ip_network("::/96"),
)


def is_public(address: Address) -> bool:
    """Whether an address belongs to one machine of the public network."""
    if isinstance(address, ipaddress.IPv6Address):
        carried = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
        if carried is not None:
            return is_public(carried)
        if address.is_site_local:
            return False
    is_ours = any(
        address in network for network in _NEVER if network.version == address.version
    )
    return address.is_global and not address.is_multicast and not is_ours


def written_address(host: str) -> Address | None:
    """The address that a host is written as, or None where it is a name.

    Also in the forms that the system's functions take: `2130706433`, `0x7f.1`.
    """
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except (OSError, ValueError):
        return None


def is_private_host(host: str) -> bool:
    """Whether a host, as it is written, is none of the public network."""
    address = written_address(host)
    if address is not None:
        return not is_public(address)
    name = host.lower().rstrip(".")
    return name == "localhost" or name.endswith(".localhost")


def public_addresses(host: str, port: int) -> list[str]:
    """The public addresses of a host; raises socket.gaierror where it has none at all.

    The system looks the name up once, and a connection is made to what it found: a
    name that is asked for twice can lead elsewhere the second time.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    texts = dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found)
    return [text for text in texts if is_public(ipaddress.ip_address(text))]
