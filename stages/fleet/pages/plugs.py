"""What the fleet adds to the pages of the trunk: an entry of the main menu, the palette, keys of the graph."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from stages.fleet.pages import palette
from workspace import shortcuts
from workspace.menu import MENU, MenuEntry
from workspace.palette.registry import GROUPS, SOURCES, PaletteGroup, PaletteSource


def register() -> None:
    """Add everything here to its registry."""
    MENU.register(
        "fleet",
        MenuEntry(
            label=_("Fleet"),
            icon="monitor",
            url_name="fleet:overview",
            position=15,
            palette_words=_("workstations stations directives teams agents machines"),
        ),
    )
    GROUPS.register("fleet", PaletteGroup(label=_("Fleet"), position=36, limit=6))
    SOURCES.register("fleet_by_name", PaletteSource("fleet", palette.by_name, position=10))
    SOURCES.register("fleet_actions", PaletteSource("actions", palette.actions, position=70))
    shortcuts.GROUPS.register("fleet", shortcuts.ShortcutGroup(_("Fleet"), position=60))
    shortcuts.register_shortcuts(
        shortcuts.Shortcut("fleet-above", "ArrowLeft", _("Tree of teams: team above"), "fleet", position=10),
        shortcuts.Shortcut("fleet-below", "ArrowRight", _("Tree of teams: team below"), "fleet", position=20),
        shortcuts.Shortcut("fleet-before", "ArrowUp", _("Tree of teams: team before"), "fleet", position=30),
        shortcuts.Shortcut("fleet-after", "ArrowDown", _("Tree of teams: next team"), "fleet", position=40),
    )
