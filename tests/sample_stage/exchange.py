"""Notes in a project's file, their way into a new project, and a check of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from django.conf import settings

from drafts.exchange.registry import ExportCheck, ExportedTable, Row
from projects.writing import ProjectWrite
from tests.sample_stage.models import Note
from tests.sample_stage.services import insert_note


def _import_notes(write: ProjectWrite, rows: Sequence[Row]) -> None:
    for row in rows:
        insert_note(write, row["text"])


def _faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    limit = settings.FOUNDRY_SAMPLE_MAX_NOTES  # type: ignore[misc] # of a stage that mypy does not install
    if len(rows.get("note", ())) > limit:
        yield f"A project has at most {limit} notes."


EXPORTED_NOTES: Final = ExportedTable(Note, import_rows=_import_notes)
NOTES_CHECK: Final = ExportCheck(("note",), _faults)
