"""The keys of a table's page. In its cells, keys are those of a spreadsheet."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workspace import shortcuts


def _in_cells(keys: str, label: Promise) -> shortcuts.Shortcut:
    return shortcuts.Shortcut(f"cells-{keys}", keys, label, "registers")


_IN_CELLS: Final = (
    _in_cells("Enter", _("Edit the cell; keep it and go down")),
    _in_cells("Tab", _("Keep it and go on to the next cell")),
    _in_cells("Escape", _("Leave the cell as it was")),
    _in_cells("Delete", _("Empty the cells")),
    _in_cells("Space", _("Tick yes or no")),
    _in_cells("Mod+Enter", _("New record")),
    _in_cells("Mod+D", _("Fill down")),
    _in_cells("Mod+Z", _("Undo, with Shift or by Y again")),
    _in_cells("Shift+Space", _("Choose the row")),
    _in_cells("Mod+Delete", _("Delete the rows")),
    _in_cells("Alt+Shift+ArrowLeft", _("Move the column")),
    _in_cells("Alt+Shift+ArrowDown", _("Make the column wider, with Up narrower")),
)


def register() -> None:
    """Add them, in a group of their own. N, which elsewhere leads to the next change, makes a record here."""
    shortcuts.GROUPS.register("registers", shortcuts.ShortcutGroup(_("Tables"), position=47, within=_IN_CELLS))
    shortcuts.register_shortcuts(
        shortcuts.Shortcut("register-grid", "g", _("To the cells of the table"), "registers", position=20),
    )
