"""Rows of this stage in the permission matrix over the WebSocket."""

from __future__ import annotations

from typing import Final

from tests.gateway.matrix import OPEN, OTHER, WRITERS, Row

ROWS: Final = (
    Row("script.run", "not_found", WRITERS, OPEN, {"script_id": OTHER}),
    Row("execution.stop", "not_found", WRITERS, OPEN, {"execution_id": OTHER}),
)
