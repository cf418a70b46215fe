"""The groups and sources of the palette that the trunk has."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from workspace.palette import accounts, actions, proposals, records
from workspace.palette.registry import GROUPS, SOURCES, Matching, PaletteGroup, PaletteSource

_GROUPS: Final = {
    "fields": PaletteGroup(label=_("Fields of this project"), position=10, limit=6),
    "actions": PaletteGroup(label=_("Actions"), position=20, limit=7),
    "versions": PaletteGroup(label=_("Versions"), position=30, limit=4),
    "proposals": PaletteGroup(label=_("Proposals"), position=32, limit=5),
    "people": PaletteGroup(label=_("People in this project"), position=35, limit=5),
    "accounts": PaletteGroup(label=_("Accounts"), position=38, limit=5),
    "projects": PaletteGroup(label=_("Projects"), position=40, limit=5),
    "text": PaletteGroup(label=_("Found in text"), position=80, limit=10, matching=Matching.SEARCHED),
    # The way to the whole search, last.
    "search": PaletteGroup(label=_("Search"), position=90, limit=1, matching=Matching.ALWAYS),
}
_SOURCES: Final = {
    "fields": PaletteSource("fields", records.fields, position=10),
    # The nearest first.
    "writing": PaletteSource("actions", actions.writing, position=10),
    "discussing": PaletteSource("actions", actions.discussing, position=20),
    "changing": PaletteSource("actions", actions.changing, position=30),
    "proposing": PaletteSource("actions", proposals.own, position=35),
    "going": PaletteSource("actions", actions.going, position=40),
    "managing": PaletteSource("actions", accounts.actions, position=80),
    "everywhere": PaletteSource("actions", actions.everywhere, position=90),
    "versions": PaletteSource("versions", records.versions, position=10),
    "proposals": PaletteSource("proposals", proposals.opened, position=10),
    "people": PaletteSource("people", records.people, position=10),
    "accounts": PaletteSource("accounts", accounts.by_name, position=10),
    "projects": PaletteSource("projects", records.projects, position=10),
    "lines": PaletteSource("text", records.lines, position=10),
    "tasks": PaletteSource("text", records.tasks, position=20),
    "search": PaletteSource("search", records.further, position=10),
}


def register() -> None:
    """Add everything here to its registry."""
    for name, group in _GROUPS.items():
        GROUPS.register(name, group)
    for name, source in _SOURCES.items():
        SOURCES.register(name, source)
