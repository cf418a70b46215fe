"""Why tables of the stage are not rebuilt from events."""

from __future__ import annotations

from typing import Final

TABLES: Final = {
    "automation_due": "a queue: the changes that wait for a script or a rule; empty when all have been looked at",
    "automation_execution": "its events have hashes of it; `proof/executions.py` compares it with them",
}
