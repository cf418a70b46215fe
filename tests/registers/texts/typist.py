"""A client that types in a shared text, as an editor with Yjs does."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from pycrdt import Doc, Text


class Typist:
    """A document of one client; `delta` is what was typed since it was asked for last."""

    def __init__(self, writer: int, state: bytes = b"") -> None:
        self.writer = writer
        self.doc: Doc[Text] = Doc(client_id=writer)
        self.root = self.doc.get("text", type=Text)
        if state:
            self.doc.apply_update(state)
        self._seen = self.doc.get_state()

    @classmethod
    def of(cls, opened: dict[str, Any]) -> Typist:
        return cls(opened["writer"], b64decode(opened["state"]))

    @property
    def text(self) -> str:
        return str(self.root)

    def type(self, text: str, at: int | None = None) -> bytes:
        """Insert a text; the update."""
        return self._update(lambda: self.root.insert(len(self.root) if at is None else at, text))

    def delete(self, start: int, stop: int) -> bytes:
        return self._update(lambda: self.root.__delitem__(slice(start, stop)))

    def take(self, delta: bytes) -> None:
        self.doc.apply_update(delta)

    def _update(self, act: Any) -> bytes:
        made: list[bytes] = []
        subscription = self.doc.observe(lambda event: made.append(event.update))
        act()
        self.doc.unobserve(subscription)
        return made[0]
