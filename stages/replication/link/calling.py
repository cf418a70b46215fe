"""How a site calls another: the connection, and the proofs, after which each knows that it talks to whom it meant."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidURI
from websockets.typing import Subprotocol

from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.frames import MAX_FIRST_FRAME, Response, decode, request_frame
from stages.replication.link.messages import Answer
from stages.replication.link.methods import BadContent, read_params
from stages.replication.link.proofs import VERSION, Parties, Signer, is_signed, new_nonce, signed
from stages.replication.link.tls import check_pinned, context_for
from stages.replication.link.wires import DialledWire, Wire

SUBPROTOCOL: Final = Subprotocol("foundry.sites.v1")
# Seconds.
OPEN_TIMEOUT: Final = 10.0
ANSWER_TIMEOUT: Final = 15.0
PING_INTERVAL: Final = 10.0
PING_TIMEOUT: Final = 20.0


class Unreachable(Exception):
    """Nobody answers there, or not a site; the text is one line for the operator."""


class WrongSite(Exception):
    """Somebody answers who has not the key, or not the certificate, that is expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calling:
    """Who calls, as which site, about which project, whom by `to`; the keys in lowercase hexadecimal digits."""

    project: UUID
    to: str
    signer: Signer
    site: str
    name: str
    address: str
    now: int
    succession: Sequence[Mapping[str, Any]] = ()
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Called:
    """Who answered: what it said of itself, and what it says to a site that it has admitted."""

    answer: Answer
    greeting: dict[str, Any]


# Whether a key other than the expected one is that of the same site, by the successions that came with it.
AcceptKey = Callable[[str, Sequence[Mapping[str, Any]]], Awaitable[bool]]


class _Connect(connect):
    """Goes nowhere else than to the address that it was given."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


@asynccontextmanager
async def connected(address: str, project: UUID, certificate: str, *, host: str | None = None) -> AsyncIterator[Wire]:
    """A connection to a site, at the `host` that its address was found to lead to, if it is given.

    Raises `AddressRefused`, `Unreachable`, and `WrongSite` for another certificate.
    """
    context = context_for(address, certificate)
    uri = f"{address.rstrip('/')}/ws/sites/{project}/"
    options: dict[str, Any] = {} if context is None else {"ssl": context}
    if host is not None:
        options["host"] = host
    try:
        connection = await _Connect(
            uri,
            subprotocols=[SUBPROTOCOL],
            compression=None,
            proxy=None,
            user_agent_header="Foundry",
            open_timeout=OPEN_TIMEOUT,
            ping_interval=PING_INTERVAL,
            ping_timeout=PING_TIMEOUT,
            close_timeout=1,
            # Whoever answers has proved nothing yet, and may not be the site that was meant.
            max_size=MAX_FIRST_FRAME,
            max_queue=4,
            **options,
        )
    except ssl.SSLCertVerificationError as error:
        raise WrongSite(f"{address} shows another certificate: {error.verify_message}") from None
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI, ValueError, UnicodeError) as error:
        raise Unreachable(f"{address} does not answer: {str(error) or type(error).__name__}") from None
    try:
        _check_certificate(connection, address, certificate)
        yield DialledWire(connection)
    finally:
        await connection.close()


def _check_certificate(connection: Any, address: str, certificate: str) -> None:
    try:
        check_pinned(connection.transport.get_extra_info("ssl_object"), certificate)
    except ssl.SSLError as error:
        raise WrongSite(f"{address} shows another certificate: {error}") from None


async def call_site(wire: Wire, calling: Calling, accept_key: AcceptKey) -> Called:
    """Say who we are, have it proved who answers, and prove our key. Raises `LinkClosed`, `WrongSite`."""
    nonce = new_nonce()
    asked = Parties(calling.project, calling.signer.key, calling.to)
    hello = {
        "v": VERSION,
        "project": str(calling.project),
        "to": calling.to,
        "key": calling.signer.key,
        "site": calling.site,
        "name": calling.name,
        "address": calling.address,
        "nonce": nonce,
        "now": calling.now,
        "succession": list(calling.succession),
        "seal": signed(calling.signer, asked.hello_text(nonce=nonce, now=calling.now)),
        **({} if calling.code is None else {"code": calling.code}),
    }
    answer = _read(await _ask(wire, 1, "hello", hello))
    parties, nonces = Parties(calling.project, calling.signer.key, answer.key), (nonce, answer.nonce)
    proved = await asyncio.to_thread(is_signed, answer.key, answer.proof, parties.answer_text(nonces))
    if answer.v != VERSION or not proved:
        raise WrongSite("Whoever answers has not proved the key that it names.")
    if answer.key != calling.to and not await accept_key(answer.key, answer.succession):
        raise WrongSite(f"The key of whoever answers is {answer.key[:16]}…, not {calling.to[:16]}….")
    wire.trust(answer.key)
    proof = signed(calling.signer, parties.dial_text(nonces))
    return Called(answer, await _ask(wire, 2, "prove", {"proof": proof}))


def _read(result: Mapping[str, Any]) -> Answer:
    try:
        return read_params(result, Answer)
    except BadContent as error:
        raise LinkClosed(LinkClose.BAD_CONTENT, str(error)) from None


async def _ask(wire: Wire, request_id: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The result of one of the first requests, which nothing else can come before."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT):
            await wire.send(request_frame(request_id, method, params))
            frame = await wire.receive()
        response = decode(frame) if isinstance(frame, str) else None
    except TimeoutError:
        raise LinkClosed(LinkClose.SILENT) from None
    except (BadContent, msgspec.MsgspecError) as error:
        raise LinkClosed(LinkClose.BAD_CONTENT, str(error)) from None
    if not isinstance(response, Response) or response.id != request_id or response.result is None:
        raise LinkClosed(LinkClose.BAD_CONTENT, f"no answer to {method}")
    return response.result
