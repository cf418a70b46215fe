"""What discovery found is dialled in a network of this machine only, and where it was looked at."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import ip_address
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psutil
import pytest
from websockets.asyncio.server import ServerConnection, serve

from stages.replication.discovery.networks import is_inside, own_networks
from stages.replication.link import reaching
from stages.replication.link.calling import SUBPROTOCOL, Unreachable, connected
from stages.replication.link.reaching import nearby_host
from stages.replication.link.tls import AddressRefused

LOOPBACK = ("127.0.0.1",)
INTERFACES = {
    "lo": [("127.0.0.1", "255.0.0.0"), ("::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")],
    "eth0": [("10.1.2.3", "255.255.255.0"), ("fe80::5%eth0", "ffff:ffff:ffff:ffff::")],
    "eth1": [("8.8.4.4", "255.255.255.0")],
}


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine in a network of a plant, with a public address, too."""

    def entry(address: str, netmask: str) -> SimpleNamespace:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return SimpleNamespace(family=family, address=address, netmask=netmask)

    found = {name: [entry(*each) for each in entries] for name, entries in INTERFACES.items()}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: found)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to: the next answer each time, the last one for ever."""
    answers: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def resolve(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        left = answers.get(host)
        if left is None:
            return real(host, port, *rest, **options)
        return real(left.pop(0) if len(left) > 1 else left[0], port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return answers


@pytest.mark.usefixtures("plant")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.1.2.77", True),
        ("fe80::77", True),
        # Another network inside, this machine itself, the Internet, the cloud's metadata, one that leads nowhere.
        ("10.1.3.77", False),
        ("127.0.0.1", False),
        ("::1", False),
        ("8.8.8.8", False),
        ("8.8.4.5", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("::ffff:10.1.2.77", False),
    ],
)
def test_only_what_is_in_a_network_of_this_machine_is_dialled(address: str, expected: bool) -> None:
    assert is_inside(ip_address(address), own_networks(())) is expected
    shown = f"[{address}]" if ":" in address else address
    if expected:
        assert asyncio.run(nearby_host(f"wss://{shown}:8443")) == address
    else:
        with pytest.raises(AddressRefused, match="found by discovery"):
            asyncio.run(nearby_host(f"wss://{shown}:8443"))


@pytest.mark.usefixtures("plant")
def test_the_interfaces_that_are_named_are_the_only_ones(settings: Any) -> None:
    settings.FOUNDRY_DISCOVERY_INTERFACES = LOOPBACK
    assert asyncio.run(nearby_host("ws://127.0.0.1:8000")) == "127.0.0.1"
    with pytest.raises(AddressRefused):
        asyncio.run(nearby_host("wss://10.1.2.77"))


@pytest.mark.usefixtures("plant")
def test_an_operator_names_hosts_elsewhere_and_a_trusted_network_is_no_exception(settings: Any) -> None:
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"10.9.9.9"})
    assert asyncio.run(nearby_host("wss://10.9.9.9")) is None
    settings.FOUNDRY_SITES_PLAIN = True
    with pytest.raises(AddressRefused, match="FOUNDRY_OUTBOUND_HOSTS does not name it"):
        asyncio.run(nearby_host("ws://10.9.9.8"))
    with pytest.raises(Unreachable):
        asyncio.run(nearby_host("wss://foundry.invalid"))


@pytest.mark.usefixtures("plant")
def test_one_address_outside_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def both(_address: str) -> list[Any]:
        return [ip_address("10.1.2.77"), ip_address("10.1.3.77")]

    monkeypatch.setattr(reaching, "_resolved", both)
    with pytest.raises(AddressRefused, match=r"10\.1\.3\.77"):
        asyncio.run(nearby_host("wss://lyon.example"))


async def test_a_name_that_leads_elsewhere_by_now_is_dialled_where_it_was_looked_at(
    names: dict[str, list[str]], settings: Any
) -> None:
    settings.FOUNDRY_DISCOVERY_INTERFACES = LOOPBACK
    settings.FOUNDRY_SITES_PLAIN = True
    # A documentation network, in which nobody answers.
    names["lyon.example"] = ["127.0.0.1", "192.0.2.1"]
    came: list[Any] = []

    async def answer(connection: ServerConnection) -> None:
        came.append(connection.request)
        await connection.wait_closed()

    async with serve(answer, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        address = f"ws://lyon.example:{port}"
        host = await nearby_host(address)
        async with connected(address, uuid4(), "", host=host):
            pass
    (request,) = came
    assert request.headers["Host"] == f"lyon.example:{port}"
