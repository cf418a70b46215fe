"""Rows of the permission matrix: registers."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from projects.models import Project
from stages.registers.models import Row as ShownRow
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table
from tests.registers import rest_rows

REST = (*rest_rows.REST,)
FACET = "requirements"
COLUMNS = ({"name": "title", "title": "Title"}, {"name": "body", "crdt": True})


def furnish(project: Project, caller: Caller) -> None:
    """Two tables, and a record in the first one."""
    create_table(caller=caller, project_id=project.id, table=FACET, key_prefix="REQ", columns=COLUMNS)
    create_table(caller=caller, project_id=project.id, table="risks", columns=COLUMNS[:1])
    create_records(caller=caller, project_id=project.id, table=FACET, rows=[{"title": "Pump stops"}])


def things_in(project: Project) -> dict[str, UUID]:
    """The id of that record."""
    found = ShownRow.objects.filter(project=project, facet=FACET).first()
    return {"record": found.record} if found is not None else {}
