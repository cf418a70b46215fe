"""What modules add to the pages: the tab of a project, and their group in its rail."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup
from stages.automation.permissions import READ
from stages.registers.pages.beginnings import BEGINNINGS, Beginning
from workspace.menu import MENU, MenuEntry
from workspace.tabs import TABS, ProjectTab


def register() -> None:
    TABS.register(
        "automation",
        ProjectTab(
            label=_("Automation"),
            url_name="automation:modules",
            position=19,
            permission=READ,
            icon="workflow",
            palette_words=_("modules rules scripts lua executions adopt"),
        ),
    )
    MENU.register(
        "modules",
        MenuEntry(
            label=_("Modules of the site"),
            icon="layers",
            url_name="automation:packages",
            position=62,
            palette_words=_("packages install views add zip"),
        ),
    )
    BEGINNINGS.register(
        "modules",
        Beginning(
            label=_("See the modules"),
            words=_("Or adopt a module: it brings tables, with rules, scripts and views for them."),
            url_name="automation:modules",
        ),
    )
    rows = Late("stages.automation.pages.module_rows:rail_rows")
    RAIL.register("modules", RailGroup(label=_("Modules"), position=50, rows=rows))
