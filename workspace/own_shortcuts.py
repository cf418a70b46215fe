"""The shortcuts of the trunk's pages."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from workspace.shortcuts import GROUPS, Shortcut, ShortcutGroup, register_shortcuts

_GROUPS: Final = {
    "everywhere": ShortcutGroup(_("Everywhere"), position=10),
    "workspace": ShortcutGroup(_("Workspace"), position=20),
    "writing": ShortcutGroup(_("Writing a comment, a task or a message"), position=30),
    "comparing": ShortcutGroup(_("Comparing"), position=40),
}
_SHORTCUTS: Final = (
    Shortcut("palette", "Mod+k", _("Search or jump to"), "everywhere", position=10),
    Shortcut("search", "/", _("Search in the list"), "everywhere", position=20),
    Shortcut("help", "?", _("All shortcuts"), "everywhere", position=30),
    Shortcut("save", "Mod+s", _("Save"), "workspace", position=10),
    Shortcut("save-message", "Mod+Shift+s", _("Save with a message"), "workspace", position=20),
    Shortcut("field-before", "Alt+ArrowUp", _("Previous field"), "workspace", position=30),
    Shortcut("field-after", "Alt+ArrowDown", _("Next field"), "workspace", position=40),
    Shortcut("cancel", "Mod+Alt+u", _("Stop editing"), "workspace", position=50),
    Shortcut("format", "Alt+Shift+f", _("Format JSON"), "workspace", position=55),
    Shortcut("comment", "Mod+Alt+m", _("Comment on the selected lines"), "workspace", position=60),
    Shortcut("send", "Mod+Enter", _("Send"), "writing", position=10),
    Shortcut("leave", "Escape", _("Back to the text"), "writing", position=20),
    Shortcut("change-before", "p", _("Previous change"), "comparing", position=10),
    Shortcut("change-after", "n", _("Next change"), "comparing", position=20),
    Shortcut("comment-change", "c", _("Comment on the change"), "comparing", position=30),
    Shortcut("approve", "a", _("Approve the proposal"), "comparing", position=40),
)


def register() -> None:
    """Add everything here to its registry."""
    for name, group in _GROUPS.items():
        GROUPS.register(name, group)
    register_shortcuts(*_SHORTCUTS)
