"""What executions add to the pages: their group in the rail of automation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup


def register() -> None:
    rows = Late("stages.automation.pages.execution_rows:rail_rows")
    RAIL.register("executions", RailGroup(label=_("Executions"), position=30, rows=rows))
