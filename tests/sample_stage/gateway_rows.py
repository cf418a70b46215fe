"""Rows of this stage in the permission matrix over the WebSocket."""

from __future__ import annotations

from typing import Final

from tests.gateway.matrix import ALWAYS, Row

MAY_NOTE = ("owner", "editor", "reviewer")

ROWS: Final = (
    Row("note.add", "ok", MAY_NOTE, ("open", "in_review", "frozen"), {"text": "Ask the clinic"}),
    Row("note.type", "ok", in_status=ALWAYS, params={"text": "Ask the cli"}),
    Row("notes.watch", "ok", in_status=ALWAYS),
)
