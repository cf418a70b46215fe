"""What views add to the pages: their group in the rail of automation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup


def register() -> None:
    rows = Late("stages.automation.pages.view_rows:rail_rows")
    RAIL.register("views", RailGroup(label=_("Views"), position=40, rows=rows))
