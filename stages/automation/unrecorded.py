"""Why tables of the stage are not rebuilt from events."""

from __future__ import annotations

from typing import Final

TABLES: Final = {
    "automation_due": "a queue: what is still to be told to a script, or looked at for a rule; empty when it is done",
    "automation_execution": "what an execution came to is in its event",
    "automation_switch": "its events have the text, and whether it is on",
    "automation_package": "its event has name, version and hash",
    "automation_installation": "its event has the module and the account",
}
