"""What scripts add to the pages: their group in the rail of automation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup


def register() -> None:
    rows = "stages.automation.pages.script_rows"
    RAIL.register(
        "scripts",
        RailGroup(label=_("Scripts"), position=20, rows=Late(f"{rows}:rail_rows"), new=Late(f"{rows}:new_script")),
    )
