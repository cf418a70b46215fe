"""What automation adds to the pages of the trunk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from projects.models import Status
from projects.permissions import allowed
from stages.automation.facets import PASSAGE
from stages.automation.permissions import READ
from stages.registers.models import Edge, Row
from stages.registers.permissions import WRITE
from workspace import shortcuts
from workspace.panels import PANELS, Panel, PanelContent, PanelContext
from workspace.script_texts import SCRIPT_TEXTS


def register() -> None:
    """Add everything here to its registry."""
    PANELS.register(
        "passages",
        Panel(
            label=_("Links"),
            position=12,
            template="automation/passages/tab.html",
            content=_passages,
            permission=READ,
            has_count=True,
            icon="link",
            palette_label=_("Show linked passages"),
            palette_words=_("links requirements trace passages lines"),
            script="dist/passages.js",
        ),
    )
    shortcuts.register_shortcuts(
        shortcuts.Shortcut(
            "link-lines", "Mod+Alt+l", _("Link the selected lines to a record"), "workspace", position=65
        )
    )
    SCRIPT_TEXTS.register("passages", passage_texts)
    SCRIPT_TEXTS.register("views", Late("stages.automation.pages.foreign_view:view_texts"))


def _passages(context: PanelContext) -> PanelContent:
    """How many links to passages there are, and whether the reader may make more; one query."""
    project = context.access.project
    passages = Row.objects.filter(project=project, facet=PASSAGE).values("record")
    count = Edge.objects.filter(project=project, shown=True, target__in=passages).count()
    may_link = allowed(WRITE, role=context.access.role, status=Status(project.status))
    values: dict[str, Any] = {"may_link": may_link and context.proposal is None}
    return PanelContent(values, count=count)


def passage_texts() -> dict[str, str]:
    """The words of the script of the panel."""
    return {
        "passages.link_line": str(_("Link line {line} to…")),
        "passages.link_lines": str(_("Link lines {from} to {to} to…")),
        "passages.nothing": str(_("Nothing to link to yet: save a version first")),
        "passages.link_to": str(_("Link to…")),
        "passages.comment": str(_("Comment")),
    }
