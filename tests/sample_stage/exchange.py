"""Notes in a project's file, and their way into a new project."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from drafts.exchange.registry import ExportedTable, Row
from projects.writing import ProjectWrite
from tests.sample_stage.models import Note
from tests.sample_stage.services import insert_note


def _import_notes(write: ProjectWrite, rows: Sequence[Row]) -> None:
    for row in rows:
        insert_note(write, row["text"])


EXPORTED_NOTES: Final = ExportedTable(Note, import_rows=_import_notes)
