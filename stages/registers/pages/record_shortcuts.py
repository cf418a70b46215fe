"""The keys of a record, of the conflict inbox and of the matrix. Those within the matrix are listed for the help."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workspace import shortcuts
from workspace.script_texts import SCRIPT_TEXTS


def register() -> None:
    """Add them, in a group of their own, and the words of the matrix."""
    shortcuts.GROUPS.register("records", shortcuts.ShortcutGroup(gettext_lazy("Records and conflicts"), position=48))
    shortcuts.register_shortcuts(
        shortcuts.Shortcut("record-after", "j", gettext_lazy("Next record"), "records", position=10),
        shortcuts.Shortcut("record-before", "k", gettext_lazy("Previous record"), "records", position=20),
        shortcuts.Shortcut("record-decide", "d", gettext_lazy("Decide its conflict"), "records", position=30),
        shortcuts.Shortcut("record-link", "l", gettext_lazy("Link the record"), "records", position=40),
        shortcuts.Shortcut(
            "conflict-open", "o", gettext_lazy("Open the record of the conflict"), "records", position=50
        ),
    )
    SCRIPT_TEXTS.register("registers_matrix", matrix_texts)


def matrix_texts() -> dict[str, str]:
    """What the matrix says of the square that is chosen."""
    return {
        "registers.matrix.none": _("not linked"),
        "registers.matrix.linked": _("linked"),
        "registers.matrix.confirmed": _("confirmed"),
        "registers.matrix.suspect": _("suspect"),
    }
