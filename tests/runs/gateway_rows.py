"""Rows of this stage in the permission matrix over the WebSocket."""

from __future__ import annotations

from typing import Final

from tests.gateway.matrix import OTHER, Row

ROWS: Final = (
    Row("run.watch", "not_found", params={"run_id": OTHER}),
    Row("run.unwatch", "ok", params={"run_id": OTHER}),
)
