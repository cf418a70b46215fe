"""The rows of views in the rail of automation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.automation.pages.rail import RailContext, RailRow
from stages.automation.reading.views import ProjectView, views_of

ICONS: Final[Mapping[str, str]] = {
    "grid": "table-2",
    "board": "columns-3",
    "form": "notebook-pen",
    "matrix": "grid-3x3",
    "foreign": "workflow",
}


def rail_rows(context: RailContext) -> Sequence[RailRow]:
    """The views that the reader has in the project."""
    project_id = context.access.project.id
    return [
        RailRow(
            each.key,
            each.label,
            reverse("automation:view", args=[project_id, each.module.name, each.name]),
            ICONS[each.shape.kind],
            _note(each),
        )
        for each in views_of(context.reader.schema, context.adopted, context.user)
    ]


def _note(view: ProjectView) -> str:
    if view.missing:
        return _("Incomplete")
    return "" if view.is_adopted else _("Only you")
