"""What rules add to the pages: their group in the rail of automation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup
from workspace.proposals.makers import MAKERS


def register() -> None:
    MAKERS.register("rule", Late("stages.automation.pages.makers:maker_rule"))
    rows = "stages.automation.pages.rule_rows"
    RAIL.register(
        "rules",
        RailGroup(
            label=_("Rules"),
            position=10,
            rows=Late(f"{rows}:rail_rows"),
            new=Late(f"{rows}:new_rule"),
            later=Late(f"{rows}:counts_later"),
        ),
    )
