"""Every shortcut, once: what the help shows is what the script listens to (`frontend/src/shortcuts.ts`).

Apps register theirs, in a group of the trunk or in one of their own.

A key is written as browsers name it, after its modifiers: `Mod+S`, where Mod is Ctrl, on Apple's machines Cmd. A key
without Ctrl, Alt or Mod is one only while nobody types (WCAG 2.1.4); who switches shortcuts off has none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.registry import Registry

_CAPS: Final[dict[str, str | Promise]] = {
    "ArrowUp": _("Up"),
    "ArrowDown": _("Down"),
    "ArrowLeft": _("Left"),
    "ArrowRight": _("Right"),
    "Escape": _("Esc"),
    "Space": _("Space"),
    "Mod": "Ctrl",
}


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One shortcut. The script dispatches it as the event `shortcut:<name>`, or a part of the page looks it up."""

    name: str
    keys: str
    label: Promise
    group: str
    position: float = 100

    @property
    def caps(self) -> list[tuple[str, str | Promise]]:
        """Its keys, each as the browser names it and as it is written on the keyboard."""
        return [(key, _CAPS.get(key, key.upper() if len(key) == 1 else key)) for key in self.keys.split("+")]


@dataclass(frozen=True, slots=True)
class ShortcutGroup:
    """A heading of the help, over the shortcuts of one page or of all.

    `within` are keys that a part of the page takes while it has the focus: they are listed, and the script listens to
    none of them.
    """

    label: Promise
    position: float
    within: tuple[Shortcut, ...] = ()


GROUPS: Final = Registry[ShortcutGroup]("group of shortcuts")
SHORTCUTS: Final = Registry[Shortcut]("shortcut")


def register_shortcuts(*shortcuts: Shortcut) -> None:
    """Add an app's shortcuts; called once from its `ready()`. Raises `ValueError` for a name or keys given twice."""
    for shortcut in shortcuts:
        other = next((each for each in SHORTCUTS.values() if each.keys == shortcut.keys), shortcut)
        if other.name != shortcut.name:
            raise ValueError(f"the shortcuts {other.name!r} and {shortcut.name!r} have the same keys")
        SHORTCUTS.register(shortcut.name, shortcut)


def by_group() -> list[tuple[Promise, list[Shortcut]]]:
    """All shortcuts under their headings, for the help."""
    return [
        (group.label, [*(each for each in SHORTCUTS.values() if each.group == name), *group.within])
        for name, group in GROUPS.items()
    ]


def for_the_script(*, are_on: bool) -> list[dict[str, str]]:
    """What the script listens to."""
    return [{"name": each.name, "keys": each.keys} for each in SHORTCUTS.values()] if are_on else []
