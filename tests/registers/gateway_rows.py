"""Rows of this stage in the permission matrix over the WebSocket."""

from __future__ import annotations

from typing import Any, Final

from tests.gateway.matrix import OPEN, OTHER, WRITERS, Row

TEXT: Final[dict[str, Any]] = {"record": OTHER, "facet": "requirements", "field": "body"}
CELL: Final[dict[str, Any]] = {"record": OTHER, "facet": "requirements", "field": "title", "value": "x"}
ROWS: Final = (
    Row("record.set", "not_found", WRITERS, OPEN, CELL),
    Row("record.create", "not_found", WRITERS, OPEN, {"facet": "nothing"}),
    Row("record.delete", "not_found", WRITERS, OPEN, {"records": [OTHER]}),
    Row("record.at", "ok", params={"facet": "requirements"}),
    Row("record.text", "not_found", params=TEXT),
    # The client id was not given to anybody.
    Row("record.type", "permission_denied", params={**TEXT, "writer": 7, "delta": "AAA="}),
    # It was not opened.
    Row("record.caret", "conflict", params={**TEXT, "writer": 7, "anchor": None, "head": None}),
)
