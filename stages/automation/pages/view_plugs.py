"""What views add to the pages: their group in the rail of automation, the palette, keys, and words of scripts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from stages.automation.pages.rail import RAIL, RailGroup
from workspace import shortcuts
from workspace.palette.registry import GROUPS, SOURCES, PaletteGroup, PaletteSource
from workspace.proposals.makers import MAKERS
from workspace.script_texts import SCRIPT_TEXTS


def register() -> None:
    rows = Late("stages.automation.pages.view_rows:rail_rows")
    SCRIPT_TEXTS.register("declared_views", Late("stages.automation.pages.view_texts:view_texts"))
    GROUPS.register("module_views", PaletteGroup(label=_("Views"), position=37, limit=5))
    palette = Late("stages.automation.pages.view_palette:views")
    SOURCES.register("module_views", PaletteSource("module_views", palette, position=10))
    MAKERS.register("view", Late("stages.automation.pages.makers:maker_view"))
    _register_shortcuts()
    RAIL.register("views", RailGroup(label=_("Views"), position=40, rows=rows))


def _register_shortcuts() -> None:
    """The keys of a board and of a form, for the help."""
    keys = (
        ("view-pick", "Space", _("Board: pick a card up, and drop it")),
        ("view-move", "M", _("Board: move a card by the menu")),
        ("view-open", "Enter", _("Board: open the record; form: next field")),
        ("view-next", "Alt+PageDown", _("Form: next record")),
        ("view-before", "Alt+PageUp", _("Form: previous record")),
        ("view-new", "Mod+Enter", _("Form: new record")),
    )
    within = tuple(shortcuts.Shortcut(name, pressed, label, "views") for name, pressed, label in keys)
    shortcuts.GROUPS.register("views", shortcuts.ShortcutGroup(_("Views of modules"), position=49, within=within))
