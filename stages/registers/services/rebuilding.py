"""Computes again what follows from the operations of a project."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from projects.writing import upkeep_write
from stages.registers.metrics import REBUILD_SECONDS
from stages.registers.services.duplicates import renew_duplicates
from stages.registers.storing.rebuilding import Rebuilt, rebuild


def rebuild_registers(*, caller: Caller, project_id: UUID) -> Rebuilt:
    """Compute all derived rows again from the log, while nobody writes to the project. Raises `NotFound`.

    No event: nothing that anybody wrote changes.
    """
    with upkeep_write(caller=caller, project_id=project_id):
        rebuilt = rebuild(project_id)
        renew_duplicates(project_id)
    REBUILD_SECONDS.observe(rebuilt.seconds)
    return rebuilt
