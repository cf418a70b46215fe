"""A site that is dialled and answers what no honest site would: whoever dials it closes, and goes on as before."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.network.conftest import Trio
from tests.network.hostile.attacker import NO_MESSAGE
from tests.network.hostile.peer import SUBPROTOCOL, Peer, milliseconds, read_invitation, request
from tests.network.hostile.signing import Signer
from tests.network.hostile.watching import watched
from tests.patience import PATIENCE

NONCE: Final = "7" * 64
Script = Callable[["Answerer", ServerConnection, dict[str, Any]], Awaitable[None]]


class Answerer:
    """A site that others dial; each connection goes as the next script says."""

    peer: Peer

    def __init__(self) -> None:
        self.scripts: asyncio.Queue[Script] = asyncio.Queue()
        self.done: asyncio.Queue[int | None] = asyncio.Queue()

    async def answer(self, socket: ServerConnection) -> None:
        script = await self.scripts.get()
        try:
            await script(self, socket, json.loads(await socket.recv()))
            await socket.send(NO_MESSAGE)
            async for _ in socket:
                pass
        except ConnectionClosed:
            pass
        await socket.wait_closed()
        self.done.put_nowait(socket.close_code)

    def answer_to_hello(self, hello: dict[str, Any], **more: Any) -> str:
        """What a site answers to `hello`, with whatever is to be wrong about it."""
        own, said = self.peer.signer, hello["params"]
        sealed = {
            "type": "site_answer",
            "v": 1,
            "project": self.peer.project,
            "from": own.public,
            "to": said["key"],
            "nonces": [said["nonce"], NONCE],
        }
        answer = {"v": 1, "key": own.public, "site": self.peer.site, "name": "Turin", "nonce": NONCE}
        return result(hello, {**answer, "now": milliseconds(), "proof": own.seal(sealed), "succession": [], **more})

    def welcome(self, prove: dict[str, Any], **more: Any) -> str:
        """What a site answers to `prove`."""
        project = {"id": self.peer.project, "name": "Network", "description": ""}
        said = {"project": project, "site": {"id": self.peer.site, "name": "Turin"}, "home": None}
        return result(prove, {**said, "rights": "writes", "copies": False, "succession": [], **more})


def result(asked: dict[str, Any], said: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": said})


def saying(*frames: str | bytes) -> Script:
    async def script(_: Answerer, socket: ServerConnection, _hello: dict[str, Any]) -> None:
        for each in frames:
            await socket.send(each)

    return script


def greeting(**more: Any) -> Script:
    async def script(site: Answerer, socket: ServerConnection, hello: dict[str, Any]) -> None:
        await socket.send(site.answer_to_hello(hello, **more))

    return script


def welcoming(*frames: str | bytes, **more: Any) -> Script:
    """All as it should be up to the answer to the proof, then these frames."""

    async def script(site: Answerer, socket: ServerConnection, hello: dict[str, Any]) -> None:
        await socket.send(site.answer_to_hello(hello))
        await socket.send(site.welcome(json.loads(await socket.recv()), **more))
        for each in frames:
            await socket.send(each)

    return script


async def abort(_: Answerer, socket: ServerConnection, _hello: dict[str, Any]) -> None:
    socket.transport.abort()


async def answer_with_nonsense(site: Answerer, socket: ServerConnection, hello: dict[str, Any]) -> None:
    """Prove the key, and answer every request with what is no answer to it."""
    await socket.send(site.answer_to_hello(hello))
    await socket.send(site.welcome(json.loads(await socket.recv())))
    await socket.send(request("state", site.peer.state(), 1))
    async for frame in socket:
        asked = json.loads(frame)
        if "method" in asked:
            await socket.send(result(asked, {"forks": [], "length": True, "count": "many", "clock": 5}))


SCRIPTS: Final[tuple[Script, ...]] = (
    saying("{"),
    saying("[" * 100_000),
    saying(b"binary"),
    saying("x" * (19 * 1024 * 1024)),
    saying('{"jsonrpc": "2.0", "id": 9, "result": {}}'),
    saying('{"jsonrpc": "2.0", "id": 1, "result": []}'),
    saying('{"jsonrpc": "2.0", "id": 1, "error": {"code": NaN, "message": ""}}'),
    saying('{"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "' + "x" * 5_000 + '"}}'),
    greeting(proof="0" * 128),
    greeting(key="0" * 64),
    greeting(nonce=5),
    greeting(succession=[{}] * 100),
    greeting(name="a\0b"),
    greeting(more=1),
    welcoming(home={"key": "x"}),
    welcoming(rights="everything"),
    welcoming(project={"id": 5}),
    welcoming(succession=[{"before": "x"}]),
    welcoming("nonsense"),
    welcoming(request("bundles.push", {"bundles": [], "keys": [], "remaining": 0})),
    welcoming(b"nobody announced this"),
    answer_with_nonsense,
    abort,
)


async def admitted(trio: Trio, port: int) -> Peer:
    """Have a site admitted whose address is a port of this machine."""
    invitation = read_invitation(await asyncio.to_thread(trio.network.invite, trio.a))
    peer = Peer(trio.project, invitation["key"], Signer())
    async with peer.connected(trio.a.node.port):
        await peer.handshake(code=invitation["code"], address=f"ws://127.0.0.1:{port}")
    return peer


async def test_what_a_dialled_site_answers_harms_nobody(trio: Trio) -> None:
    answerer = Answerer()
    async with serve(answerer.answer, "127.0.0.1", 0, subprotocols=[SUBPROTOCOL]) as server:  # type: ignore[list-item]
        answerer.peer = await admitted(trio, next(iter(server.sockets)).getsockname()[1])
        path = f"projects/{trio.project}/sites/{answerer.peer.signer.public}/sync/"
        with watched(trio.a):
            for script in SCRIPTS:
                answerer.scripts.put_nowait(script)
                await asyncio.to_thread(trio.a.owner.post, path)
                async with asyncio.timeout(PATIENCE):
                    await answerer.done.get()
    await asyncio.to_thread(trio.network.wait_for_sync, *trio.sites)
