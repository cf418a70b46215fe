"""Rows of the permission matrix: registers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.callers import Caller
from projects.models import Project
from projects.services import add_member, remove_member
from stages.registers.models import Row as ShownRow
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table
from tests.cast import new_caller, new_user
from tests.registers import page_rows, record_page_rows, rest_rows, rpc_rows

REST = (*rest_rows.REST, *rpc_rows.REST)
PAGES = (*page_rows.PAGES, *record_page_rows.PAGES)
BUDGETED_PAGES = {**page_rows.BUDGETED_PAGES, **record_page_rows.BUDGETED_PAGES}
NO_PAGES = (*page_rows.NO_PAGES, *record_page_rows.NO_PAGES)
SHORTCUTS = ("register-grid", *record_page_rows.SHORTCUTS)
FACET = "requirements"
COLUMNS = ({"name": "title", "title": "Title"}, {"name": "body", "crdt": True})


def furnish(project: Project, caller: Caller) -> None:
    """Two tables, and a record in the first one, by somebody who has left since: nobody has anything to undo."""
    former = new_user("registrar")
    add_member(caller=caller, project_id=project.id, user_id=former.id, role="editor")
    writer = new_caller(former)
    create_table(caller=writer, project_id=project.id, table=FACET, key_prefix="REQ", columns=COLUMNS)
    create_table(caller=writer, project_id=project.id, table="risks", columns=COLUMNS[:1])
    create_records(caller=writer, project_id=project.id, table=FACET, rows=[{"title": "Pump stops"}])
    remove_member(caller=caller, project_id=project.id, user_id=former.id, reason="Left")


def things_in(project: Project) -> dict[str, UUID]:
    """The id of that record, and the project's own for addresses that do not begin with it."""
    found = ShownRow.objects.filter(project=project, facet=FACET).first()
    return {"registers": project.id, **({"record": found.record} if found is not None else {})}


def _creating(world: Any) -> Any:
    create_table(caller=world.owner, project_id=world.id, table=FACET, key_prefix="REQ", columns=COLUMNS)
    rows = [{"title": "Pump stops"}]
    return lambda caller: create_records(caller=caller, project_id=world.id, table=FACET, rows=rows)


REPEATS = (("register.write", _creating),)
NO_WRITES = ("register.read",)
