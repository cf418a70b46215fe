"""Another site that is nothing but a key, and calls a real server."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from stages.replication.link.calling import SUBPROTOCOL, Called, Calling, call_site
from stages.replication.link.proofs import Parties, Signer, new_nonce, signed
from stages.replication.link.wires import DialledWire
from tests.replication.link.keys import new_signer

# What a site that has nothing says as its state.
STATE: Final[dict[str, Any]] = {
    "clock": {},
    "state_hash": "00" * 32,
    "held": {},
    "admitted": [],
    "record": {},
    "now": 0,
}


async def no_other_key(_key: str, _chain: object) -> bool:
    return False


@dataclass(slots=True)
class Talk:
    """An open connection to a server, as somebody has it who writes frames by hand."""

    connection: ClientConnection
    heard: list[Any] = field(default_factory=list)

    async def say(self, method: str, params: Any, number: int = 1) -> None:
        await self.write(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

    async def write(self, frame: str | bytes) -> None:
        await self.connection.send(frame)

    async def closed(self) -> int:
        """The code with which the server closes; what it said before is in `heard`."""
        try:
            while True:
                self.heard.append(await self.connection.recv())
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else 1006


@dataclass(slots=True)
class Stranger:
    """A site with a key of its own that dials the server at `address`, whose key is `to`."""

    address: str
    to: str
    signer: Signer = field(default_factory=new_signer)

    @property
    def key(self) -> str:
        return self.signer.key

    def hello(self, project: UUID | str, **changes: Any) -> dict[str, Any]:
        """A `hello` that is sealed as it should be, whatever else is changed in it."""
        facts: dict[str, Any] = {
            "v": 1,
            "project": str(project),
            "to": self.to,
            "key": self.key,
            "site": str(uuid4()),
            "name": "Lyon",
        }
        facts |= {"address": "", "nonce": new_nonce(), "now": 0, "succession": [], **changes}
        if "seal" not in facts:
            parties = Parties(UUID(str(facts["project"])), self.key, str(facts["to"]))
            facts["seal"] = signed(self.signer, parties.hello_text(nonce=str(facts["nonce"]), now=int(facts["now"])))
        return facts

    def calling(self, project: UUID, code: str | None = None) -> Calling:
        return Calling(
            project=project,
            to=self.to,
            signer=self.signer,
            site=str(uuid4()),
            name="Lyon",
            address="",
            now=0,
            code=code,
        )

    @asynccontextmanager
    async def talking(self, project: UUID | str, **options: Any) -> AsyncIterator[Talk]:
        given: dict[str, Any] = {"subprotocols": [SUBPROTOCOL], "compression": None, "proxy": None, **options}
        async with connect(f"{self.address}/ws/sites/{project}/", max_size=None, **given) as connection:
            yield Talk(connection)

    @asynccontextmanager
    async def linked(self, project: UUID, code: str | None = None) -> AsyncIterator[tuple[Called, Talk]]:
        """A connection on which both have proved who they are."""
        async with self.talking(project) as talk:
            yield await call_site(DialledWire(talk.connection), self.calling(project, code), no_other_key), talk
