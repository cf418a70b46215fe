"""What registers add to the pages of the trunk: the tab of a project, the palette, shortcuts, words of scripts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.registers.cell_presence import PLACE
from stages.registers.pages import record_shortcuts, shortcuts
from stages.registers.pages.texts import grid_texts
from stages.registers.permissions import READ
from workspace.palette.registry import GROUPS, SOURCES, Matching, PaletteGroup, PaletteSource
from workspace.places import PLACES
from workspace.script_texts import SCRIPT_TEXTS
from workspace.tabs import TABS, ProjectTab


def register() -> None:
    """Add everything here to its registry."""
    TABS.register(
        "registers",
        ProjectTab(
            label=_("Registers"),
            url_name="registers:tables",
            position=18,
            permission=READ,
            count=Late("stages.registers.pages.counting:open_conflicts"),
            icon="table-2",
            palette_words=_("tables requirements risks tests records grid spreadsheet"),
        ),
    )
    GROUPS.register("registers", PaletteGroup(label=_("Tables"), position=34, limit=5))
    GROUPS.register("records", PaletteGroup(label=_("Records"), position=35, limit=5, matching=Matching.SEARCHED))
    SOURCES.register("records", PaletteSource("records", Late("stages.registers.pages.palette:records"), position=12))
    SOURCES.register(
        "registers", PaletteSource("registers", Late("stages.registers.pages.palette:tables"), position=10)
    )
    SOURCES.register(
        "registers_new", PaletteSource("actions", Late("stages.registers.pages.palette:actions"), position=46)
    )
    PLACES.register(PLACE, Late("stages.registers.pages.places:places_of_records"))
    SCRIPT_TEXTS.register("registers", grid_texts)
    shortcuts.register()
    record_shortcuts.register()
