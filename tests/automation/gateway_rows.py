"""Rows of this stage in the permission matrix over the WebSocket."""

from __future__ import annotations

from typing import Any, Final

ROWS: Final[tuple[Any, ...]] = ()
