"""Certificates: exactly the pinned one, whoever else is between two sites."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from stages.replication.link.calling import SUBPROTOCOL, Unreachable, WrongSite, connected
from stages.replication.link.tls import AddressRefused, context_for
from tests.replication.link.keys import Certificate, self_signed

SITE = self_signed("Basel")


async def _wait(connection: ServerConnection) -> None:
    await connection.wait_closed()


@asynccontextmanager
async def site(certificate: Certificate, folder: Path) -> AsyncIterator[str]:
    """A server that shows a certificate; its address."""
    context = certificate.context(folder)
    async with serve(_wait, "127.0.0.1", 0, ssl=context, subprotocols=[SUBPROTOCOL]) as server:
        yield f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@asynccontextmanager
async def relay(target: str, certificate: Certificate, folder: Path) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Somebody in the middle who shows a certificate of their own and passes everything on; what they could read."""
    read: list[bytes] = []
    port = int(target.rsplit(":", 1)[1])

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            read.append(data)
            writer.write(data)
        writer.close()

    async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", port, ssl=context_for(target, SITE.pem))
        await asyncio.gather(copy(reader, onward), copy(there, writer), return_exceptions=True)

    server = await asyncio.start_server(between, "127.0.0.1", 0, ssl=certificate.context(folder))
    async with server:
        yield f"wss://127.0.0.1:{server.sockets[0].getsockname()[1]}", read


async def test_the_pinned_certificate_whatever_its_name(tmp_path: Path) -> None:
    async with site(SITE, tmp_path) as address, connected(address, uuid4(), SITE.pem):
        pass


async def test_no_other_certificate(tmp_path: Path) -> None:
    for shown in (self_signed("Basel"), SITE.issued("Basel")):
        async with site(shown, tmp_path) as address:
            with pytest.raises(WrongSite, match="another certificate"):
                async with connected(address, uuid4(), SITE.pem):
                    pass


async def test_not_pinned_needs_an_authority_of_the_system(tmp_path: Path) -> None:
    async with site(SITE, tmp_path) as address:
        with pytest.raises(WrongSite):
            async with connected(address, uuid4(), ""):
                pass


async def test_a_relay_in_the_middle_reads_nothing(tmp_path: Path) -> None:
    async with site(SITE, tmp_path) as address, relay(address, self_signed("Basel"), tmp_path) as (between, read):
        with pytest.raises(WrongSite):
            async with connected(between, uuid4(), SITE.pem):
                pass
        assert not read


def test_without_tls_only_to_this_machine(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    for address in ("ws://127.0.0.1:8000", "ws://[::1]:8000", "ws://localhost:8000/foundry"):
        assert context_for(address, "") is None
    with caplog.at_level(logging.WARNING), pytest.raises(AddressRefused):
        context_for("ws://192.0.2.7", "")
    assert [record.getMessage().count("FOUNDRY_SITES_PLAIN") for record in caplog.records] == [1]
    settings.FOUNDRY_SITES_PLAIN = True
    assert context_for("ws://192.0.2.7", "") is None
    with pytest.raises(AddressRefused):
        context_for("http://127.0.0.1", "")


async def test_nobody_there_and_no_redirects() -> None:
    def redirect(connection: ServerConnection, _request: Request) -> Response:
        answer = connection.respond(302, "")
        answer.headers["Location"] = "ws://127.0.0.1:1/"
        return answer

    async with serve(_wait, "127.0.0.1", 0, process_request=redirect) as server:
        address = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(Unreachable, match="302"):
            async with connected(address, uuid4(), ""):
                pass
    with pytest.raises(Unreachable):
        async with connected(address, uuid4(), ""):
            pass
