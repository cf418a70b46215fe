"""Clients of a pad over real sockets: by position, and by Yjs. Both come back on any node, with what was not sent."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from base64 import b64decode, b64encode
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any
from uuid import uuid4

from foundry_site.launcher.nodes import NodeProcess
from kernel.crdt.edits import Edit, Edits, apply_edits, to_units
from stages.pads.ot import transform_pair
from tests.faults.client import PAUSE, Client, RefusedError
from tests.faults.fault_cluster import Person
from tests.kernel.crdt.yjs import YjsClient, YjsProcess
from tests.pads.live import edits_of


def difference(before: str, after: str) -> Edits:
    """A change that makes one text of another; it cuts no character."""
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    edits, at = [], 0
    for kind, start, end, other_start, other_end in steps:
        length = len(to_units(before[start:end]))
        if kind != "equal":
            edits.append(Edit(at, length, after[other_start:other_end]))
        at += length
    return tuple(edits)


class PadSocket(Client):
    """A socket of the project, which keeps what it is notified of about pads."""

    def __init__(self, person: Person, project_id: str) -> None:
        super().__init__(person, project_id)
        self.changed: deque[dict[str, Any]] = deque()
        self.cursors: set[int] = set()
        self.refusals: Counter[str] = Counter()

    async def ask(self, method: str, **params: Any) -> Any:
        """Ask, and ask again where the node is busy or something is away. Raises `RefusedError`, `LostError`."""
        while True:
            try:
                return await self.call(method, **params)
            except RefusedError as refusal:
                if refusal.number not in {429, 503}:
                    raise
                self.refusals[refusal.code] += 1
                await asyncio.sleep(PAUSE)

    def _take(self, frame: dict[str, Any]) -> None:
        match frame:
            case {"method": "pad.changed", "params": changed}:
                self.changed.append(changed)
            case {"method": "pad.cursors", "params": {"cursors": cursors}}:
                self.cursors |= {cursor["writer"] for cursor in cursors}
            case _:
                super()._take(frame)


class PadClient(ABC):
    """What clients of both kinds have: the text of a revision, and perhaps something that is not acknowledged."""

    def __init__(self, socket: PadSocket, pad_id: str) -> None:
        self.socket = socket
        self.pad_id = pad_id
        self.revision = 0
        self.writer = 0

    @property
    @abstractmethod
    def text(self) -> str:
        """What the person reads, with what was not sent yet."""

    @abstractmethod
    async def open(self, nodes: Sequence[NodeProcess]) -> None:
        """Come, or come back, to any of these nodes. Raises `LostError`, `RefusedError`."""

    @abstractmethod
    def type(self, *edits: Edit) -> None:
        """Change the text here."""

    @abstractmethod
    async def send(self) -> int:
        """Send what was typed; the revision of the last answer. Raises `LostError`, `RefusedError`."""

    @abstractmethod
    async def follow(self) -> None:
        """Apply what the notifications brought."""

    async def ask(self, method: str, **params: Any) -> Any:
        return await self.socket.ask(method, pad_id=self.pad_id, **params)

    async def since(self, after: int, until: int | None = None) -> list[dict[str, Any]]:
        """The changes after a revision."""
        changes: list[dict[str, Any]] = []
        more = True
        while more and (until is None or after < until):
            page = await self.ask("pad.since", after=after)
            changes += page["changes"]
            more = page["more"]
            after = changes[-1]["revision"] if changes else after
        return [change for change in changes if until is None or change["revision"] <= until]


@dataclass(frozen=True, slots=True)
class Sent:
    """A change by position as it is sent, and sent again until its outcome is known."""

    revision: int
    edits: Edits
    client_ref: str = field(default_factory=lambda: str(uuid4()))

    def parameters(self) -> dict[str, Any]:
        edits = [{"pos": edit.pos, "delete": edit.delete, "insert": edit.insert} for edit in self.edits]
        return {"revision": self.revision, "edits": edits, "client_ref": self.client_ref}


class PositionClient(PadClient):
    """An OT client: one change is under way at most, and nothing of others is applied meanwhile."""

    def __init__(self, socket: PadSocket, pad_id: str) -> None:
        super().__init__(socket, pad_id)
        self._text = ""
        self._sent: Sent | None = None
        self._has_begun = False

    @property
    def text(self) -> str:
        return self._text

    async def open(self, nodes: Sequence[NodeProcess]) -> None:
        await self.socket.open_at_any(nodes)
        self.socket.changed.clear()
        opened = await self.ask("pad.open", dialect="text")
        self.writer = opened["writer"]
        if not self._has_begun:
            self._text, self.revision, self._has_begun = opened["text"], opened["revision"], True
        elif self._sent is None:
            await self.catch_up()

    def type(self, *edits: Edit) -> None:
        assert self._sent is None
        self._sent = Sent(self.revision, edits)
        self._text = apply_edits(self._text, edits)

    async def send(self) -> int:
        if self._sent is None:
            return self.revision
        answer = await self.ask("pad.edit", **self._sent.parameters())
        for missed in answer.get("missed", ()):
            self._text = apply_edits(self._text, edits_of(missed))
        self._sent = None
        self.revision = answer["revision"]
        return self.revision

    async def follow(self) -> None:
        while self._sent is None and self.socket.changed:
            for change in self.socket.changed.popleft()["changes"]:
                self._apply(change)

    async def catch_up(self) -> None:
        for change in await self.since(self.revision):
            self._apply(change)

    def _apply(self, change: dict[str, Any]) -> None:
        if change["revision"] == self.revision + 1:
            self._text = apply_edits(self._text, edits_of(change["edits"]))
            self.revision += 1


class YjsPadClient(PadClient):
    """A Yjs client: what it typed is kept as updates until it is acknowledged, and goes into each new document."""

    def __init__(self, process: YjsProcess, socket: PadSocket, pad_id: str) -> None:
        super().__init__(socket, pad_id)
        self.epoch = 0
        self.renewals = 0
        self._process = process
        self._document: YjsClient | None = None
        # The text of `revision`, without what was typed here and is not acknowledged.
        self._base = ""
        self._waiting: list[bytes] = []

    @property
    def document(self) -> YjsClient:
        assert self._document is not None
        return self._document

    @property
    def text(self) -> str:
        return self.document.text

    async def open(self, nodes: Sequence[NodeProcess]) -> None:
        await self.socket.open_at_any(nodes)
        self.socket.changed.clear()
        known = {} if self._document is None else {"epoch": self.epoch, "after": self.revision}
        opened = await self.ask("pad.open", dialect="yjs", **known)
        if "changes" in opened and opened["writer"] == self.writer:
            for change in opened["changes"]:
                self._apply(change)
        else:
            await self._open_whole()

    def type(self, *edits: Edit) -> None:
        self.document.edit(*edits)

    async def send(self, *, merge: bool = False) -> int:
        self._waiting += self.document.take(merge=merge)
        newest = self.revision
        while self._waiting:
            update = b64encode(self._waiting[0]).decode()
            try:
                newest = (await self.ask("pad.update", epoch=self.epoch, update=update))["revision"]
            except RefusedError as refusal:
                if refusal.code != "pad_renewed":
                    raise
                await self._open_whole()
                self._waiting += self.document.take()
            else:
                self._waiting.pop(0)
        return newest

    async def follow(self) -> None:
        while self.socket.changed:
            frame = self.socket.changed.popleft()
            if frame["epoch"] > self.epoch:
                await self._open_whole()
            elif frame["epoch"] == self.epoch:
                for change in frame["changes"]:
                    self._apply(change)

    def _apply(self, change: dict[str, Any]) -> None:
        if change["revision"] == self.revision + 1:
            self.document.receive([b64decode(change["update"])])
            self._base = apply_edits(self._base, edits_of(change["edits"]))
            self.revision += 1

    async def _open_whole(self) -> None:
        """Begin with the document that there is now, and type into it what the server does not have."""
        opened = await self.ask("pad.open", dialect="yjs")
        own: Edits = ()
        if self._document is not None:
            self.renewals += 1
            own = self._rebased(await self.since(self.revision, opened["revision"]))
        self.writer, self.epoch, self.revision = opened["writer"], opened["epoch"], opened["revision"]
        self._document = self._process.open(self.writer)
        self.document.receive(map(b64decode, opened["updates"]))
        self._base = self.text
        self._waiting = []
        self.type(*own)

    def _rebased(self, missed: Sequence[dict[str, Any]]) -> Edits:
        """What was typed here and is not in the text after these changes."""
        base, own = self._base, self.text
        for change in missed:
            edits = edits_of(change["edits"])
            if change["writer"] != self.writer:
                after, _own = transform_pair(edits, difference(base, own))
                own = apply_edits(own, after)
            base = apply_edits(base, edits)
        return difference(base, own)


def units_before(text: str, place: int) -> int:
    """The UTF-16 units before a place that counts code points."""
    return len(to_units(text[:place]))
