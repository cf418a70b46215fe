"""The transport connects to addresses that were checked, under the name that resolved to them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kernel.outbound import AddressRefused, OutboundError
from stages.runs import outbound
from stages.runs.outbound import PinnedTransport
from tests.kernel.test_outbound import NAME, Listener, certificate, listening

Resolve = Callable[..., list[str]]


@pytest.fixture
def server() -> Iterator[Listener]:
    with listening() as found:
        yield found


@pytest.fixture
def resolve(monkeypatch: pytest.MonkeyPatch) -> Resolve:
    """Have `NAME` lead to these addresses; what was asked for is in the list that comes back."""
    look_up = socket.getaddrinfo

    def to(*addresses: str) -> list[str]:
        asked: list[str] = []

        def answer(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
            if host != NAME:
                return look_up(host, port, *rest, **more)
            asked.append(host)
            return [found for each in addresses for found in look_up(each, port, *rest, **more)]

        monkeypatch.setattr(socket, "getaddrinfo", answer)
        return asked

    return to


async def get(address: str, *allowed: str, origin: str | None = None) -> httpx2.Response:
    transport = PinnedTransport(origin or address, allowed=allowed)
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=None) as client:
        return await client.get(address)


async def test_a_name_is_resolved_once_and_kept_as_the_host(server: Listener, resolve: Resolve) -> None:
    asked = resolve("127.0.0.1")
    server_name = f"{NAME}:{server.server_port}"
    response = await get(f"http://{server_name}/x", server_name)
    assert (response.status_code, response.text) == (200, "/x")
    assert asked == [NAME], "a second answer may be another one"
    assert server.hosts == [server_name]


async def test_the_next_address_is_taken_where_one_cannot_be_connected_to(server: Listener, resolve: Resolve) -> None:
    resolve("127.0.0.2", "127.0.0.1")
    server_name = f"{NAME}:{server.server_port}"
    assert (await get(f"http://{server_name}/", server_name)).status_code == 200
    resolve("127.0.0.2")
    with pytest.raises(httpx2.ConnectError):
        await get(f"http://{server_name}/", server_name)


@pytest.mark.parametrize("addresses", [["10.0.0.7"], ["8.8.8.8", "10.0.0.7"], ["64:ff9b::a9fe:a9fe"], ["224.0.0.1"]])
async def test_a_name_of_which_one_address_is_inside_is_refused(addresses: list[str], resolve: Resolve) -> None:
    resolve(*addresses)
    with pytest.raises(AddressRefused, match=f"not public, and FOUNDRY_MODEL_HOSTS does not name {NAME}:443"):
        await get(f"https://{NAME}/", f"{NAME}:444", "other.example:443")


async def test_a_server_without_tls_is_named_first(server: Listener, resolve: Resolve) -> None:
    resolve("8.8.8.8")
    with pytest.raises(AddressRefused, match="has no TLS"):
        await get(f"http://{NAME}/", f"{NAME}:443")


async def test_another_origin_than_the_profile_s_is_refused(server: Listener) -> None:
    here = f"127.0.0.1:{server.server_port}"
    for address in (f"http://localhost:{server.server_port}/", f"https://{here}/", "http://127.0.0.1/"):
        with pytest.raises(AddressRefused, match="not the server of this model"):
            await get(address, here, origin=f"http://{here}/v1")
    assert server.hosts == []


async def test_a_redirect_is_not_followed(server: Listener) -> None:
    here = f"127.0.0.1:{server.server_port}"
    with pytest.raises(OutboundError, match="302, a redirect"):
        await get(f"http://{here}/moved", here)
    assert len(server.hosts) == 1


async def test_a_name_without_addresses_cannot_be_reached() -> None:
    with pytest.raises(OutboundError, match="has no address"):
        await get("https://no-such-name.invalid/")


async def test_the_certificate_is_checked_against_the_name(
    resolve: Resolve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve("127.0.0.1")
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    with listening(context) as server:
        named, bare = f"{NAME}:{server.server_port}", f"127.0.0.1:{server.server_port}"
        with pytest.raises(httpx2.ConnectError, match="certificate verify failed"):
            await get(f"https://{named}/", named)
        monkeypatch.setattr(outbound, "_tls", lambda: trusting)
        assert (await get(f"https://{named}/", named)).status_code == 200
        with pytest.raises(httpx2.ConnectError, match="certificate"):
            await get(f"https://{bare}/", bare)
