"""The networks of this machine in which sites are looked for: nobody who is found is dialled outside of them."""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

import psutil

from kernel import outbound

IpNetwork = IPv4Network | IPv6Network

_FAMILIES: Final = (socket.AF_INET, socket.AF_INET6)


def own_networks(interfaces: Collection[str]) -> list[IpNetwork]:
    """The networks of these addresses of this machine; of all but its loopback where none are named."""
    chosen = {ip_address(each) for each in interfaces}
    found = list[IpNetwork]()
    for entries in psutil.net_if_addrs().values():
        for entry in entries:
            if entry.family not in _FAMILIES or not entry.netmask:
                continue
            address = ip_address(entry.address.partition("%")[0])
            if address in chosen if chosen else not address.is_loopback:
                bits = int(ip_address(entry.netmask)).bit_count()
                found.append(ip_network((address, bits), strict=False))
    return found


def is_inside(address: outbound.Address, networks: Collection[IpNetwork]) -> bool:
    """Whether an address is one of these networks' own, and nobody's on the Internet."""
    return not outbound.is_public(address) and any(address in network for network in networks)
