"""What pads add to the pages of the trunk: the tab of a project, the palette, the pads that people are in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from projects.permissions import AT_HOME
from stages.pads.pages import palette, shortcuts
from stages.pads.pages.author_texts import author_texts
from stages.pads.pages.texts import history_texts, pad_texts
from workspace.palette.registry import GROUPS, SOURCES, PaletteGroup, PaletteSource
from workspace.places import PLACES
from workspace.script_texts import SCRIPT_TEXTS
from workspace.tabs import TABS, ProjectTab


def register() -> None:
    """Add everything here to its registry."""
    TABS.register(
        "pads",
        ProjectTab(
            label=_("Pads"),
            url_name="pads:list",
            position=12,
            statuses=AT_HOME,
            icon="notebook-pen",
            palette_words=_("write together draft notes live"),
        ),
    )
    SOURCES.register("pads", PaletteSource("actions", palette.actions, position=44))
    GROUPS.register("pads", PaletteGroup(label=_("Pads"), position=32, limit=5))
    SOURCES.register("pads_by_name", PaletteSource("pads", palette.pads, position=10))
    SCRIPT_TEXTS.register("pads", pad_texts)
    SCRIPT_TEXTS.register("pads_history", history_texts)
    SCRIPT_TEXTS.register("pads_authors", author_texts)
    shortcuts.register()
    PLACES.register("pads", Late("stages.pads.pages.places:places_of_pads"))
