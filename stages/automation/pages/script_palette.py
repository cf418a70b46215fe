"""Scripts in the palette: a new one, and those of the project by title and name."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.automation.permissions import READ, SAVE_SCRIPT
from stages.automation.reading.scripts import scripts_of
from workspace.palette.entries import PaletteContext, PaletteEntry


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new script."""
    if context.access is not None and context.offers(SAVE_SCRIPT):
        yield PaletteEntry(
            label=_("New script…"),
            icon="file-code",
            href=reverse("automation:new_script", args=[context.access.project.id]),
            words=_("automation lua"),
        )


def scripts(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The scripts of the project: each leads to its page."""
    if context.access is None or not question or not context.offers(READ):
        return
    project_id = context.access.project.id
    for found in scripts_of(project_id):
        script = found.script
        yield PaletteEntry(
            label=script.label,
            icon="file-code",
            href=reverse("automation:script", args=[project_id, script.id]),
            note=script.name if script.title else "",
        )
