"""What the pages of scripts show: the rail, and the facts of a script."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Status
from projects.permissions import allowed
from stages.automation.pages.rail import RailContext, RailRow
from stages.automation.permissions import SAVE_SCRIPT
from stages.automation.reading.scripts import scripts_of


def rail_rows(context: RailContext) -> Sequence[RailRow]:
    """The scripts of the project."""
    project_id = context.access.project.id
    return [
        RailRow(
            f"scripts/{each.script.id}",
            each.script.label,
            reverse("automation:script", args=[project_id, each.script.id]),
            "file-code",
            str(_("Paused")) if each.is_paused else "" if each.is_on else str(_("Off")),
        )
        for each in scripts_of(project_id)
    ]


def new_script(context: RailContext) -> tuple[str, str] | None:
    """What leads to a new script, for who may save one."""
    project = context.access.project
    if not allowed(SAVE_SCRIPT, role=context.access.role, status=Status(project.status)):
        return None
    return str(_("New script")), reverse("automation:new_script", args=[project.id])
