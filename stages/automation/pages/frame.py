"""The frame of every page of automation: the project's bars, and the rail at the left."""

from __future__ import annotations

from typing import Any

from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.rail import RailContext, rail_of
from stages.automation.permissions import ADOPT, SAVE_SCRIPT
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.script_texts import script_texts


def automation_context(
    request: PageRequest, access: Access, *, current: str = "", reader: Reader | None = None
) -> dict[str, Any]:
    """What every page of automation shows. `current` is the key of the row of the rail that is open."""
    project = access.project
    # Before anything is read: whatever happens meanwhile, the page gets its event.
    live = live_data(request, project.id) | {"texts": script_texts()}
    status = Status(project.status)
    return {
        "frame": frame_of(access, user=request.user, tab="automation"),
        "project_id": project.id,
        "rail": rail_of(RailContext(access, reader or Reader(project.id), request.user)),
        "current": current,
        "may_own": allowed(ADOPT, role=access.role, status=status),
        "may_edit": allowed(SAVE_SCRIPT, role=access.role, status=status),
        "live": live,
    }
