"""Where an address leads that a site says of itself: not inside this network, unless somebody here allows it."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from kernel import outbound
from stages.replication.environment import PLAIN
from stages.replication.link.calling import Unreachable
from stages.replication.link.tls import AddressRefused


async def public_host(address: str) -> str | None:
    """The resolved host to connect to for an address that nobody here has confirmed; None where any is allowed.

    That is in a network that the operator trusts (`FOUNDRY_SITES_PLAIN`), and for a host that `FOUNDRY_OUTBOUND_HOSTS`
    names. Raises `AddressRefused` where one of the resolved addresses is not public, and `Unreachable`.
    """
    parts = urlsplit(address)
    host = str(parts.hostname)
    if getattr(settings, PLAIN) or outbound.is_named(host):
        return None
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(host, parts.port, type=socket.SOCK_STREAM)
        found = [ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    except (OSError, ValueError, UnicodeError) as error:
        raise Unreachable(f"{host} is not found: {error}") from None
    inside = [each for each in found if not outbound.is_public(each)]
    if inside or not found:
        where = f"{address} leads inside, to {inside[0]}" if inside else f"{address} leads nowhere"
        raise AddressRefused(f"{where}, and only the site itself says so: an owner confirms it in Change rights.")
    return str(found[0])
