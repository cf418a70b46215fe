"""The views of modules in the palette, by their titles."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse

from stages.automation.pages.view_rows import ICONS
from stages.automation.permissions import READ
from stages.automation.reading.modules import adopted_modules
from stages.automation.reading.views import views_of
from stages.registers.reading.reader import Reader
from workspace.palette.entries import PaletteContext, PaletteEntry


def views(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The views that the reader has in the project: each leads to its page."""
    if context.access is None or not question or not context.offers(READ):
        return
    project_id = context.access.project.id
    reader = Reader(project_id)
    for view in views_of(reader.schema, adopted_modules(project_id, reader=reader), context.user):
        if not view.missing:
            yield PaletteEntry(
                label=view.label,
                icon=ICONS[view.shape.kind],
                href=reverse("automation:view", args=[project_id, view.module.name, view.name]),
                note=view.module.manifest.label,
            )
