"""The frame of the page of a view: the bars and the rail of automation, and who is at the table."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse

from projects.access import Access
from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.frame import automation_context
from stages.automation.reading.views import ProjectView
from stages.registers.pages.frame import records_address
from stages.registers.pages.table_state import TableState
from stages.registers.permissions import WRITE
from stages.registers.reading.reader import Reader
from workspace.decorators import PageRequest

# A page asks for its bars and its rail again by this parameter.
PART: Final = "part"
RAIL: Final = "rail"


def view_context(request: PageRequest, access: Access, reader: Reader, view: ProjectView) -> dict[str, Any]:
    """What the page of every declared view shows."""
    project = access.project
    return {
        **automation_context(request, access, current=view.key, reader=reader),
        "view": view,
        "presence_address": reverse("registers:rail_across", args=[project.id]),
        "may_write": allowed(WRITE, role=access.role, status=Status(project.status)),
    }


def rail_address(state: TableState) -> str:
    """Where the bars, the rail and the count of a page are asked for again."""
    return state.at(extra=[(PART, RAIL)])


def write_addresses(state: TableState) -> dict[str, str]:
    """Where the script of a view writes, and the page of a record."""
    project_id, facet = state.project_id, state.table.facet
    of_table = {name: reverse(f"registers:{name}", args=[project_id, facet]) for name in ("paste", "create", "delete")}
    of_project = {name: reverse(f"registers:{name}", args=[project_id]) for name in ("undo", "redo")}
    return {**of_table, **of_project, "record": f"{records_address(project_id)}RECORD/"}
