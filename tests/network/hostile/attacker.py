"""An attacker with the key of a site that was admitted, and another one that was not."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from websockets.exceptions import ConnectionClosed

from tests.network.hostile.peer import ClosedError, Peer, RefusedError, dialled
from tests.network.hostile.signing import Signer
from tests.network.hostile.writing import Chain
from tests.patience import PATIENCE

# With which codes a site closes a connection; 0 for a link that stays open.
TOO_LARGE, REFUSED, BAD, TOO_MANY = 1009, 4403, 4422, 4429
STAYS_OPEN: Final = 0
# What ends a conversation that was not understood, where it has not ended by then.
NO_MESSAGE: Final = "no message"
# A fault of the site's, as an error.
INTERNAL_ERRORS: Final = (-32603, 500)
Frames = Sequence[str | bytes]


@dataclass(frozen=True)
class Target:
    """What is attacked: a project at a site, and the key that site is known by."""

    port: int
    project: str
    key: str
    table: str = "requirements"


def addresses(seed: int) -> Iterator[str]:
    """Addresses of this machine, each another one: a site counts tries by address."""
    chance = random.Random(seed)
    while True:
        yield f"127.{chance.randrange(16, 240)}.{chance.randrange(256)}.{chance.randrange(1, 255)}"


class Attacker:
    """One site that attacks. `code` admits it with the first link."""

    def __init__(self, target: Target, code: str, seed: int) -> None:
        self.target = target
        self.chance = random.Random(seed)
        self.addresses = addresses(seed)
        self.signer = Signer()
        self.stranger = Signer()
        self.site = Peer(target.project, target.key, self.signer).site
        self.chain = Chain(target.project, self.site, self.signer)
        self.serials = itertools.count(1_000_000)
        self._code = code

    def peer(self, signer: Signer | None = None, project: str = "") -> Peer:
        made = Peer(project or self.target.project, self.target.key, signer or self.signer)
        made.site = self.site
        return made

    @contextlib.asynccontextmanager
    async def linked(self, *, state: bool = True) -> AsyncIterator[Peer]:
        """A link of the admitted site, which has said its state."""
        peer = self.peer()
        async with peer.connected(self.target.port, local_addr=(next(self.addresses), 0)):
            code, self._code = self._code, ""
            await peer.handshake(**({"code": code} if code else {}))
            if state:
                await peer.ask("state", peer.state())
            yield peer

    async def say_before(self, frames: Frames, project: str = "") -> int:
        """Send frames on a connection that has proved nothing; the code by which it is closed."""
        address = (next(self.addresses), 0)
        async with dialled(self.target.port, project or self.target.project, local_addr=address) as socket:
            with contextlib.suppress(ConnectionClosed):
                for frame in (*frames, NO_MESSAGE):
                    await socket.send(frame)
            async with asyncio.timeout(PATIENCE):
                await socket.wait_closed()
            assert socket.close_code is not None
            return socket.close_code

    async def say(self, peer: Peer, frames: Frames) -> int:
        """Send frames over a link; the code by which it is closed, or `STAYS_OPEN`."""
        try:
            for frame in frames:
                await peer.socket.send(frame)
            # It is answered in turn: what was said before has been answered by then, but for what is answered beside.
            await peer.ask("bundles.push", {"bundles": [], "keys": [], "remaining": 0})
            await peer.until_answered({number for frame in frames if (number := _asked(frame))})
        except ConnectionClosed:
            await peer.socket.wait_closed()
            code: int | None = peer.socket.close_code
        except ClosedError as closed:
            code = closed.code
        except RefusedError as refused:
            raise AssertionError(refused.error) from refused
        else:
            code = STAYS_OPEN
        for answer in peer.answers:
            assert answer.get("error", {}).get("code") not in INTERNAL_ERRORS, answer
        assert code is not None
        return code


def _asked(frame: str | bytes) -> int:
    """The number of a request; 0 for a frame that is none."""
    try:
        said = json.loads(frame)
    except (ValueError, RecursionError):
        return 0
    number = said.get("id") if isinstance(said, dict) and "method" in said else 0
    return number if type(number) is int else 0
