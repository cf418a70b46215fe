"""Registers in the palette: tables by name, records by key or words, and a new table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.registers.pages.naming import records_like
from stages.registers.pages.record_rows import record_address
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from workspace.palette.entries import PaletteContext, PaletteEntry

MAX_RECORDS: Final = 5


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new table."""
    if context.access is not None and context.offers(WRITE):
        yield PaletteEntry(
            label=_("New table…"),
            icon="table-2",
            href=reverse("registers:new_table", args=[context.access.project.id]),
            words=_("registers requirements risks tests"),
        )


def records(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The records whose key begins with what was typed, or that have its words."""
    if context.access is None or not question or not context.offers(READ):
        return
    project_id = context.access.project.id
    reader = Reader(project_id)
    found = [each.record for each in records_like(reader, "", question, MAX_RECORDS)]
    for name in names_of(reader, found).values():
        address = record_address(project_id, name.record)
        yield PaletteEntry(label=name.label, icon="file-text", href=address, note=name.text if name.key else "")


def tables(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The tables: each leads to its page."""
    if context.access is None or not question:
        return
    project_id = context.access.project.id
    for table in Reader(project_id).schema.tables.values():
        address = reverse("registers:table", args=[project_id, table.facet])
        yield PaletteEntry(label=table.label, icon="table-2", href=address, note=table.key_prefix)
