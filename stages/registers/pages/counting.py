"""The number beside the tab of registers."""

from __future__ import annotations

from stages.registers.reading import tables
from workspace.tabs import TabContext


def open_conflicts(context: TabContext) -> int:
    """How much nobody has decided yet."""
    return tables.open_conflicts(context.access.project.id)
