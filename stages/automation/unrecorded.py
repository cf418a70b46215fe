"""Why tables of the stage are not rebuilt from events."""

from __future__ import annotations

from typing import Final

TABLES: Final = {
    "automation_due": "a queue: what is still to be told to a script, or looked at for a rule; empty when it is done",
    "automation_execution": "what an execution came to is in its event",
}
