"""Clients of a pad, as an IDE would write them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from kernel.crdt.edits import Edit, apply_edits
from stages.pads.models import Pad
from tests.gateway.client import Client


def edits_of(bodies: list[dict[str, Any]]) -> tuple[Edit, ...]:
    return tuple(Edit(**each) for each in bodies)


@dataclass
class TextClient:
    """An OT client: it sends edits one by one, applies what it missed, and what others write."""

    socket: Client
    pad: Pad
    text: str = ""
    revision: int = 0
    writer: int | None = None
    seen: list[dict[str, Any]] = field(default_factory=list)

    async def open(self, **more: Any) -> dict[str, Any]:
        opened: dict[str, Any] = await self.socket.call("pad.open", pad_id=str(self.pad.id), dialect="text", **more)
        self.text, self.revision, self.writer = opened.get("text", self.text), opened["revision"], opened["writer"]
        return opened

    async def edit(self, *edits: tuple[int, int, str], **more: Any) -> dict[str, Any]:
        """Type, and go on with the text of the revision that it became."""
        bodies = [{"pos": pos, "delete": delete, "insert": insert} for pos, delete, insert in edits]
        given = {"pad_id": str(self.pad.id), "revision": self.revision, "edits": bodies, **more}
        answer: dict[str, Any] = await self.socket.call("pad.edit", **given)
        self.text = apply_edits(self.text, edits_of(bodies))
        for missed in answer.get("missed", ()):
            self.text = apply_edits(self.text, edits_of(missed))
        self.revision = answer["revision"]
        return answer

    async def catch_up(self, revision: int) -> None:
        """Apply what the notifications bring, up to a revision."""
        while self.revision < revision:
            changed = await self.changed()
            for change in changed["changes"]:
                if change["revision"] > self.revision:
                    assert change["revision"] == self.revision + 1
                    self.text = apply_edits(self.text, edits_of(change["edits"]))
                    self.revision = change["revision"]

    async def changed(self) -> dict[str, Any]:
        """The next notification of a change."""
        found = await self.socket.notification(
            lambda frame: frame["method"] == "pad.changed" and frame["params"]["pad_id"] == str(self.pad.id)
        )
        self.seen.append(found)
        return found
