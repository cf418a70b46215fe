"""Every shortcut, once: what the help shows is what the script listens to (`frontend/src/shortcuts.ts`).

A key is written as browsers name it, after its modifiers: `Mod+S`, where Mod is Ctrl, on Apple's machines Cmd. A key
without Ctrl, Alt or Mod is one only while nobody types (WCAG 2.1.4); who switches shortcuts off has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_CAPS: Final[dict[str, str | Promise]] = {"ArrowUp": _("Up"), "ArrowDown": _("Down"), "Escape": _("Esc"), "Mod": "Ctrl"}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut. The script tells it to the page as `shortcut:<name>`, or its own part of the page asks for it."""

    name: str
    keys: str
    label: Promise

    @property
    def caps(self) -> list[tuple[str, str | Promise]]:
        """Its keys, each as the browser names it and as it is written on the keyboard."""
        return [(key, _CAPS.get(key, key.upper() if len(key) == 1 else key)) for key in self.keys.split("+")]


GROUPS: Final[tuple[tuple[Promise, tuple[Shortcut, ...]], ...]] = (
    (
        _("Everywhere"),
        (
            Shortcut("palette", "Mod+k", _("Search or jump to")),
            Shortcut("search", "/", _("Search in the list")),
            Shortcut("help", "?", _("All shortcuts")),
        ),
    ),
    (
        _("Workspace"),
        (
            Shortcut("save", "Mod+s", _("Save")),
            Shortcut("save-message", "Mod+Shift+s", _("Save with a message")),
            Shortcut("field-before", "Alt+ArrowUp", _("Previous field")),
            Shortcut("field-after", "Alt+ArrowDown", _("Next field")),
            Shortcut("cancel", "Mod+Alt+u", _("Stop editing")),
            Shortcut("comment", "Mod+Alt+m", _("Comment on the selected lines")),
        ),
    ),
    (
        _("Writing a comment, a task or a message"),
        (
            Shortcut("send", "Mod+Enter", _("Send")),
            Shortcut("leave", "Escape", _("Back to the text")),
        ),
    ),
    (
        _("Comparing"),
        (
            Shortcut("change-before", "p", _("Previous change")),
            Shortcut("change-after", "n", _("Next change")),
        ),
    ),
)

SHORTCUTS: Final = {shortcut.name: shortcut for _label, group in GROUPS for shortcut in group}


def for_the_script(*, are_on: bool) -> list[dict[str, str]]:
    """What the script listens to."""
    return [{"name": each.name, "keys": each.keys} for each in SHORTCUTS.values()] if are_on else []
