"""Where an address leads that nobody here has confirmed: one that a site says of itself, or that discovery found."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

from kernel import outbound
from stages.replication.discovery.networks import is_inside, own_networks
from stages.replication.environment import INTERFACES, PLAIN
from stages.replication.link.calling import Unreachable
from stages.replication.link.tls import AddressRefused


async def public_host(address: str) -> str | None:
    """The resolved host to connect to for an address that only the site itself says; None where any is allowed.

    That is in a network that the operator trusts (`FOUNDRY_SITES_PLAIN`), and for a host that `FOUNDRY_OUTBOUND_HOSTS`
    names. Raises `AddressRefused` where one of the resolved addresses is not public, and `Unreachable`.
    """
    host = str(urlsplit(address).hostname)
    if getattr(settings, PLAIN) or outbound.is_named(host):
        return None
    found = await _resolved(address)
    inside = [each for each in found if not outbound.is_public(each)]
    if inside or not found:
        where = f"{address} leads inside, to {inside[0]}" if inside else f"{address} leads nowhere"
        raise AddressRefused(f"{where}, and only the site itself says so: an owner confirms it in Change rights.")
    return str(found[0])


async def nearby_host(address: str) -> str | None:
    """The resolved host to connect to for an address that was found by discovery; None where any is allowed.

    Anybody in the network can say anything there, so it has to be an address of a network in which this machine looks
    for sites, unless `FOUNDRY_OUTBOUND_HOSTS` names the host. Raises `AddressRefused` where one of the resolved
    addresses is another, and `Unreachable`.
    """
    if outbound.is_named(str(urlsplit(address).hostname)):
        return None
    found = await _resolved(address)
    networks = await asyncio.to_thread(own_networks, getattr(settings, INTERFACES))
    outside = [each for each in found if not is_inside(each, networks)]
    if outside or not found:
        where = f"to {outside[0]}, which is not in this network" if outside else "nowhere"
        raise AddressRefused(
            f"{address} was found by discovery and leads {where}: {outbound.SETTING} does not name it."
        )
    return str(found[0])


async def _resolved(address: str) -> list[outbound.Address]:
    parts = urlsplit(address)
    try:
        answers = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port, type=socket.SOCK_STREAM)
        return [ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    except (OSError, ValueError, UnicodeError) as error:
        raise Unreachable(f"{parts.hostname} is not found: {error}") from None
