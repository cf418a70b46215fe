"""What scripts add to the pages: their group in the rail of automation, the words of their script, the palette."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup
from workspace import shortcuts
from workspace.palette.registry import GROUPS, SOURCES, PaletteGroup, PaletteSource
from workspace.script_texts import SCRIPT_TEXTS


def register() -> None:
    rows = "stages.automation.pages.script_rows"
    RAIL.register(
        "scripts",
        RailGroup(label=_("Scripts"), position=20, rows=Late(f"{rows}:rail_rows"), new=Late(f"{rows}:new_script")),
    )
    palette = "stages.automation.pages.script_palette"
    SOURCES.register("script-actions", PaletteSource("actions", Late(f"{palette}:actions"), position=47))
    GROUPS.register("scripts", PaletteGroup(label=_("Scripts"), position=36, limit=5))
    SOURCES.register("scripts_by_title", PaletteSource("scripts", Late(f"{palette}:scripts"), position=10))
    within = (
        shortcuts.Shortcut("script-run", "Mod+Enter", _("Save the script and run it"), "scripts"),
        shortcuts.Shortcut("script-find", "Mod+F", _("Find in the script"), "scripts"),
        shortcuts.Shortcut("script-complete", "Mod+Space", _("The functions of core"), "scripts"),
        shortcuts.Shortcut("script-leave", "Escape", _("Then Tab leaves the text"), "scripts"),
    )
    shortcuts.GROUPS.register("scripts", shortcuts.ShortcutGroup(_("Scripts"), position=48, within=within))
    SCRIPT_TEXTS.register("scripts", Late("stages.automation.pages.script_words:script_words"))
