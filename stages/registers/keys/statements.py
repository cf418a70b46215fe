"""Reading the statements that sites seal and send to each other: only canonical text of the right kind counts."""

from __future__ import annotations

from typing import Any

from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse


def read_members(text: str, kind: str) -> dict[str, Any]:
    """The members of a statement. Raises `ValueError` for text that is not canonical, or of another kind."""
    try:
        found: Any = parse(text)
    except ValidationFailed as error:
        raise ValueError(f"it is not I-JSON: {error.detail}") from error
    if not isinstance(found, dict) or canonical(found) != text or found.get("type") != kind or found.get("v") != 1:
        raise ValueError(f"it is no statement of the type {kind}")
    return found
