"""What was deleted in a project: listed with who did it and why, and restored."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import ValidationFailed
from projects.access import get_project
from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.frame import DELETED, register_context, table_address
from stages.registers.pages.record_rows import record_address
from stages.registers.permissions import READ, WRITE
from stages.registers.reading.deletions import Deleted, deletions
from stages.registers.reading.reader import Reader
from stages.registers.reading.reasons import reasons_of
from stages.registers.services import records, tables
from workspace.decorators import PageRequest, page


@dataclass(frozen=True, slots=True)
class DeletedRow:
    """Something that was deleted: what it is, by whom and why, and what restores it."""

    kind: str
    icon: str
    label: str
    text: str
    place: str
    address: str
    author: Author
    reason: str
    values: tuple[tuple[str, str], ...]


@page("GET", "HEAD")
def deleted(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?table=&before=`: what was deleted, of a table where one is named, the newest first."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    context = register_context(request, access, here=DELETED)
    reader = Reader(project_id)
    facet = request.GET.get("table", "")
    found = deletions(reader, before=_hlc(request.GET.get("before", "")))
    listed = [each for each in found.found if not facet or (each.table and each.table.facet == facet)]
    authors = Authors(project_id, request.user)
    authors.prefetch(each.by.actor_id for each in listed)
    reasons = reasons_of(project_id, {each.by.bundle_id for each in listed})
    rows = [_row(project_id, each, authors, reasons.get(each.by.bundle_id, "")) for each in listed]
    facts = {
        "rows": rows,
        "older": found.older,
        "facet": facet,
        "of_table": reader.table(facet).label if facet else "",
    }
    return render(request, "registers/deleted.html", {**context, **facts})


@page("POST")
def restore_deleted(request: PageRequest, project_id: UUID) -> HttpResponse:
    """POST `kind` (`record`, `column` or `table`), `record`, `table`, `column`: bring it back."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    caller = caller_from_request(request)
    post = request.POST
    table = post.get("table", "")
    if post.get("kind") == "record":
        record = post.get("record", "")
        records.restore_records(caller=caller, project_id=project_id, records=[record])
        messages.success(request, _("The record is restored, with its links."))
        return redirect(record_address(project_id, record))
    if post.get("kind") == "column":
        tables.restore_column(caller=caller, project_id=project_id, table=table, column=post.get("column", ""))
        messages.success(request, _("The column is restored, with its values."))
    elif post.get("kind") == "table":
        tables.restore_table(caller=caller, project_id=project_id, table=table)
        messages.success(request, _("The table is restored, with its records."))
    else:
        raise ValidationFailed({"kind": [_("Say what comes back: a record, a column or a table.")]})
    return redirect(table_address(project_id, table))


def _row(project_id: UUID, each: Deleted, authors: Authors, reason: str) -> DeletedRow:
    author = authors.of(each.by.actor_id, each.by.site, each.by.hlc)
    facet, place = (each.table.facet, each.table.label) if each.table else ("", "")
    if each.name is not None:
        named = each.name
        values: tuple[tuple[str, str], ...] = (("record", named.record),)
        text = named.text if named.key else ""
        address = record_address(project_id, named.record)
        return DeletedRow("record", "text", named.label, text, place, address, author, reason, values)
    if each.column is not None:
        name = each.column.name
        values = (("table", facet), ("column", name))
        return DeletedRow("column", "columns-2", each.column.label, "", place, "", author, reason, values)
    return DeletedRow("table", "table-2", place, "", "", "", author, reason, (("table", facet),))


def _hlc(text: str) -> str:
    """An HLC out of an address; empty for what is none."""
    try:
        return bytes.fromhex(text).hex() if len(text) == 24 else ""
    except ValueError:
        return ""
