"""The keys of pads: who wrote what, and the steps through the history."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from workspace import shortcuts


def register() -> None:
    """Add them, in a group of their own."""
    shortcuts.GROUPS.register("pads", shortcuts.ShortcutGroup(_("Pads"), position=45))
    shortcuts.register_shortcuts(
        shortcuts.Shortcut("pad-authors", "Alt+w", _("Who wrote this"), "pads", position=10),
        shortcuts.Shortcut("pad-stop-before", "ArrowLeft", _("History: stop before"), "pads", position=20),
        shortcuts.Shortcut("pad-stop-after", "ArrowRight", _("History: next stop"), "pads", position=30),
        shortcuts.Shortcut(
            "pad-revision-before", "Shift+ArrowLeft", _("History: revision before"), "pads", position=40
        ),
        shortcuts.Shortcut("pad-revision-after", "Shift+ArrowRight", _("History: next revision"), "pads", position=50),
        shortcuts.Shortcut("pad-play", "Space", _("History: play"), "pads", position=60),
    )
