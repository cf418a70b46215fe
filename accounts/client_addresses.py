"""Normalizes network addresses before they are compared, counted or recorded.

A server that listens at `::` sees IPv4 clients as `::ffff:192.0.2.7` (RFC 4291, section 2.5.5.2), which means
192.0.2.7. A proxy may append the port, a system the name of its interface.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from django.http import HttpRequest

# The bits of the network that one subscriber of IPv6 has (RFC 6177).
_NEIGHBOURHOOD: Final = 64
_WITH_PORT: Final = re.compile(r"\[(?P<six>[^\[\]]+)\](?::\d+)?|(?P<four>[0-9.]+):\d+")


def read_address(text: str | None) -> str | None:
    """The address in canonical spelling; None for anything else, such as the peer of a Unix socket."""
    text = (text or "").strip()
    with_port = _WITH_PORT.fullmatch(text)
    if with_port:
        text = with_port["six"] or with_port["four"]
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return str(found)


def network_of(address: str | None) -> str:
    """The key by which tries, requests and sockets are counted: an IPv4 address, or the /64 network of an IPv6 address.

    Empty for anything that is not an address.
    """
    read = read_address((address or "").removesuffix(f"/{_NEIGHBOURHOOD}"))
    if read is None or ":" not in read:
        return read or ""
    return str(ipaddress.ip_network(f"{read}/{_NEIGHBOURHOOD}", strict=False))


def address_of_request(request: HttpRequest) -> str | None:
    """The client's address of a request. The server in front of Django decides which proxies may set it."""
    return read_address(request.META.get("REMOTE_ADDR"))


def address_of_scope(scope: Mapping[str, Any]) -> str | None:
    """The client's address of an ASGI connection."""
    client = scope.get("client")
    return read_address(client[0]) if client else None
