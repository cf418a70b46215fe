"""What views add to the pages: their group in the rail of automation, and words of their scripts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup
from workspace.script_texts import SCRIPT_TEXTS


def register() -> None:
    rows = Late("stages.automation.pages.view_rows:rail_rows")
    SCRIPT_TEXTS.register("declared_views", Late("stages.automation.pages.view_texts:view_texts"))
    RAIL.register("views", RailGroup(label=_("Views"), position=40, rows=rows))
