"""The keys of a table's page. In its cells, keys are those of a spreadsheet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workspace import shortcuts


def register() -> None:
    """Add them, in a group of their own. N, which elsewhere leads to the next change, makes a record here."""
    shortcuts.GROUPS.register("registers", shortcuts.ShortcutGroup(_("Tables"), position=47))
    shortcuts.register_shortcuts(
        shortcuts.Shortcut("register-grid", "g", _("To the cells of the table"), "registers", position=20),
    )
