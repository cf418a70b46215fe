"""Notes, as the events add them up."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from audit.rebuilding.facts import Fact
from audit.rebuilding.tables import Rows, Table
from tests.sample_stage.models import Note

NOTES: Final = Table(Note, name="note", key=("id",), chain="project_id")
TABLES: Final = (NOTES,)


@NOTES.on("note.added")
def _added(rows: Rows, fact: Fact) -> None:
    rows.put(
        fact,
        (UUID(fact.target_id),),
        project_id=fact.project_id,
        text=fact.data["text"],
        created_at=fact.at,
        created_by_id=fact.actor_id,
    )
