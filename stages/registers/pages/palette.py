"""Tables in the palette: those of the project by name, and a new one."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.registers.permissions import WRITE
from stages.registers.reading.reader import Reader
from workspace.palette.entries import PaletteContext, PaletteEntry


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new table."""
    if context.access is not None and context.offers(WRITE):
        yield PaletteEntry(
            label=_("New table…"),
            icon="table-2",
            href=reverse("registers:new_table", args=[context.access.project.id]),
            words=_("registers requirements risks tests"),
        )


def tables(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The tables: each leads to its page."""
    if context.access is None or not question:
        return
    project_id = context.access.project.id
    for table in Reader(project_id).schema.tables.values():
        address = reverse("registers:table", args=[project_id, table.facet])
        yield PaletteEntry(label=table.label, icon="table-2", href=address, note=table.key_prefix)
