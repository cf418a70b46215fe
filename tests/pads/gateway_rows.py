"""Rows of this stage in the permission matrix over the WebSocket."""

from __future__ import annotations

from typing import Any, Final

from tests.gateway.matrix import OTHER, Row

PAD: Final[dict[str, Any]] = {"pad_id": OTHER}
ROWS: Final = (
    Row("pad.open", "not_found", params={**PAD, "dialect": "text"}),
    Row("pad.edit", "not_found", params={**PAD, "revision": 0, "edits": []}),
    Row("pad.update", "not_found", params={**PAD, "epoch": 1, "update": "AAA="}),
    # It was not opened.
    Row("pad.cursor", "conflict", params={**PAD, "revision": 0, "anchor": 0, "head": 0}),
    Row("pad.differs", "not_found", params={**PAD, "revision": 0, "crc": 0}),
    Row("pad.since", "not_found", params={**PAD, "after": 0}),
    Row("pad.leave", "ok", params=PAD),
)
