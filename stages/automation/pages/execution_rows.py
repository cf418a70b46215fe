"""The rows of executions: the newest ones in the rail, and those of the list."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from stages.automation.models import Execution
from stages.automation.pages.rail import RailContext, RailRow
from stages.automation.reading.executions import ShownExecution, executions_of, latest_executions


def rail_rows(context: RailContext) -> Sequence[RailRow]:
    """The newest executions with the time they ended, and a row that leads to all of them."""
    project_id = context.access.project.id
    found = [_rail_row(each) for each in latest_executions(project_id)]
    if not found:
        return []
    count = executions_of(project_id).count()
    every = RailRow(
        "executions", _("All {n}").format(n=count), reverse("automation:executions", args=[project_id]), "history"
    )
    return [*found, every]


def _rail_row(shown: ShownExecution) -> RailRow:
    each = shown.execution
    address = reverse("automation:execution", args=[each.project_id, each.id])
    return RailRow(f"executions/{each.id}", shown.label, address, shown.outcome.icon, short_time(each))


def short_time(execution: Execution) -> str:
    """When it ended: the time of today, the day of what is older; a word where it has not."""
    at = execution.ended_at
    if at is None:
        return str(execution.get_state_display())
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    return date_format(local, "H:i" if is_today else "j M")
