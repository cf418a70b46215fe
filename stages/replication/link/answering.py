"""How a site answers who calls it: nothing about the project is said before the caller has proved an admitted key."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from audit.services import site_id
from gateway.execution import Lanes
from kernel.errors import DomainError, Unavailable
from kernel.statements import database_now
from stages.replication.admission.addresses import own_name
from stages.replication.admission.greeting import greeting_of
from stages.replication.admission.keys import own_keys
from stages.replication.admission.services import admit_by_code, take_key_chain
from stages.replication.admission.succession import key_chain
from stages.replication.link.access import LinkedPeer, has_links, is_good_code, linked_peer
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.frames import MAX_FIRST_FRAME, Request, decode, result_frame
from stages.replication.link.handshakes import Handshakes
from stages.replication.link.messages import Hello, Prove
from stages.replication.link.methods import BadContent, read_params
from stages.replication.link.proofs import VERSION, Parties, is_signed, new_nonce, own_signer, signed
from stages.replication.link.tries import are_too_many, count_failure
from stages.replication.link.wires import Wire

# What one gets who is not admitted, whatever the reason.
_REFUSED: Final = LinkClosed(LinkClose.REFUSED)
_COUNTED: Final = frozenset({LinkClose.REFUSED, LinkClose.BAD_CONTENT, LinkClose.TOO_LARGE, LinkClose.SILENT})


@dataclass(frozen=True, slots=True)
class _Challenge:
    """A caller that may go on: the answer to its `hello`, and what its proof has to be of."""

    answer: dict[str, Any]
    parties: Parties
    nonces: tuple[str, str]


async def answer_call(
    wire: Wire, lanes: Lanes, handshakes: Handshakes, *, project: UUID | None, address: str | None
) -> LinkedPeer:
    """Take a call: prove who we are, and have it proved who calls. Raises `LinkClosed` with the code to close with."""
    try:
        async with handshakes.limited():
            return await _answer(wire, lanes, project, address)
    except TimeoutError:
        failure = LinkClosed(LinkClose.SILENT)
    except BadContent as error:
        failure = LinkClosed(LinkClose.BAD_CONTENT, str(error))
    except Unavailable:
        failure = LinkClosed(LinkClose.TRY_LATER)
    except LinkClosed as error:
        failure = error
    if not failure.by_peer and failure.code in _COUNTED and await lanes.presence(lambda: count_failure(address)):
        failure = LinkClosed(LinkClose.TOO_MANY)
    raise failure


async def _answer(wire: Wire, lanes: Lanes, project: UUID | None, address: str | None) -> LinkedPeer:
    first, hello = await _receive(wire, "hello", Hello)
    challenge = await lanes.write(functools.partial(_challenge, hello, project, address))
    await wire.send(result_frame(first.id, challenge.answer))
    second, prove = await _receive(wire, "prove", Prove)
    peer, greeting = await lanes.write(functools.partial(_admit, hello, challenge, prove.proof, address))
    wire.trust(peer.key)
    await wire.send(result_frame(second.id, greeting))
    return peer


async def _receive(wire: Wire, method: str, kind: Any) -> tuple[Request, Any]:
    frame = await wire.receive()
    if len(frame) > MAX_FIRST_FRAME:
        raise LinkClosed(LinkClose.TOO_LARGE)
    request = decode(frame) if isinstance(frame, str) else None
    if not isinstance(request, Request) or request.method != method:
        raise BadContent(f"{method} comes first")
    return request, read_params(request.params, kind)


def _challenge(hello: Hello, project: UUID | None, address: str | None) -> _Challenge:
    """What to answer to a `hello`. Raises `LinkClosed`: the same for whatever is wrong with who calls for what."""
    asked = Parties(hello.project, hello.key, hello.to)
    if hello.v != VERSION:
        raise BadContent(f"version {hello.v}, where {VERSION} is spoken")
    if not is_signed(hello.key, hello.seal, asked.hello_text(nonce=hello.nonce, now=hello.now)):
        raise _REFUSED
    if hello.project != project or bytes.fromhex(hello.to) not in own_keys():
        raise _REFUSED
    if linked_peer(hello.project, hello.key) is None and not _has_succeeded(hello):
        _check_code(hello, address)
    signer = own_signer()
    parties, nonce = Parties(hello.project, hello.key, signer.key), new_nonce()
    nonces = hello.nonce, nonce
    answer = {
        "v": VERSION,
        "key": signer.key,
        "site": site_id(),
        "name": own_name(),
        "nonce": nonce,
        "now": int(database_now().timestamp() * 1000),
        # For a caller that knows an older key only.
        "succession": [] if hello.to == signer.key else key_chain(hello.project),
        "proof": signed(signer, parties.answer_text(nonces)),
    }
    return _Challenge(answer, parties, nonces)


def _has_succeeded(hello: Hello) -> bool:
    """Whether its key follows that of an admitted site, whose row then has the new one."""
    if not hello.succession:
        return False
    if not take_key_chain(project_id=hello.project, key=hello.key, chain=hello.succession):
        return False
    return linked_peer(hello.project, hello.key) is not None


def _check_code(hello: Hello, address: str | None) -> None:
    if are_too_many(address):
        raise LinkClosed(LinkClose.TOO_MANY)
    if hello.code is None or not is_good_code(hello.project, hello.code) or not has_links(hello.project):
        raise _REFUSED


def _admit(hello: Hello, challenge: _Challenge, proof: str, came_from: str | None) -> tuple[LinkedPeer, dict[str, Any]]:
    """The caller's row and what it is answered now that it has proved its key, which admits it where a code does."""
    if not is_signed(hello.key, proof, challenge.parties.dial_text(challenge.nonces)):
        raise _REFUSED
    peer = linked_peer(hello.project, hello.key)
    if peer is None and hello.code is not None:
        try:
            admit_by_code(
                project_id=hello.project,
                key=hello.key,
                site_id=hello.site,
                name=hello.name,
                address=hello.address,
                code=hello.code,
                came_from=came_from,
            )
        except Unavailable:
            raise
        except DomainError:
            raise _REFUSED from None
        peer = linked_peer(hello.project, hello.key)
    if peer is None:
        raise _REFUSED
    return peer, greeting_of(hello.project, hello.key)
