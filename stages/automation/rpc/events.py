"""Events of automation as the engine's clients know them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from accounts.callers import Caller


def script_completed(_caller: Caller, _project_id: UUID, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """That a script has ended; what it staged is a proposal here, and null where there is none."""
    return [{"type": "script_completed", "script": data["script"], "overlay_id": data["proposal_id"]}]
