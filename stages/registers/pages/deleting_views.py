"""Records, columns and tables are deleted, after a look at what hangs on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.callers import caller_from_request
from kernel.errors import DomainError, NotFound, ValidationFailed
from projects.access import get_project
from stages.registers.pages.frame import table_address
from stages.registers.pages.record_dialogs import back_to_record, record_dialog
from stages.registers.pages.record_views import record_of
from stages.registers.pages.table_views import table_context
from stages.registers.permissions import WRITE
from stages.registers.reading.hanging import hanging_on_table, naming, values_in
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import RecordReading
from stages.registers.schema import Table
from stages.registers.services import records, tables
from workspace.decorators import PageRequest, page

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Deletion:
    """What a dialog asks: `lines` say what hangs on the thing, `note` what becomes of it."""

    title: str
    lines: Sequence[str]
    note: str
    act: str
    address: str
    of: str


@page("GET", "HEAD", "POST")
def delete_record(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET: ask, with what hangs on the record. POST `reason`: delete it."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    try:
        if request.method == "POST":
            reason = reason_of(request)
            caller = caller_from_request(request)
            records.delete_records(caller=caller, project_id=project_id, records=[found.id], reason=reason)
            messages.success(request, _("{record} is deleted.").format(record=found.name.label))
            return back_to_record(request, project_id, found.id)
        refusal = None
    except ValidationFailed as refused:
        refusal = refused
    deletion = Deletion(
        title=_("Delete {record}?").format(record=found.name.label),
        lines=list(_on_record(found)),
        note=_("Its page, values and history stay, and it can be restored. Its links come back with it."),
        act=_("Delete the record"),
        address=reverse("registers:record_delete", args=[project_id, found.id]),
        of=found.id,
    )
    facts = _facts(request, deletion, refusal)
    part = "registers/dialogs/delete.html"
    return record_dialog(request, access, found, part, "delete-title", refusal=refusal, **facts)


@page("GET", "HEAD", "POST")
def remove_column(request: PageRequest, project_id: UUID, facet: str, name: str) -> HttpResponse:
    """GET: ask, with how many values the column has. POST `reason`: take it away."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    reader = Reader(project_id)
    column = reader.schema.column(facet, name)
    if column is None:
        raise NotFound(_("There is no column “%(column)s”.") % {"column": name[:100]})
    count = values_in(reader, facet, name)
    values = ngettext("{n} record has a value in it.", "{n} records have a value in it.", count).format(n=f"{count:,}")
    try:
        if request.method == "POST":
            caller = caller_from_request(request)
            reason = reason_of(request)
            tables.remove_column(caller=caller, project_id=project_id, table=facet, column=name, reason=reason)
            words = _("The column {column} is removed. It is under Deleted, with its values.")
            messages.success(request, words.format(column=column.label))
            return redirect(table_address(project_id, facet))
        refusal: DomainError | None = None
    except DomainError as refused:
        refusal = refused
    deletion = Deletion(
        title=_("Remove the column {column}?").format(column=column.label),
        lines=[values] if count else [_("No record has a value in it.")],
        note=_("Its values stay in the history, and come back when the column is restored."),
        act=_("Remove the column"),
        address=reverse("registers:remove_column", args=[project_id, facet, name]),
        of=column.entity,
    )
    return _over_table(request, project_id, facet, deletion, refusal)


@page("GET", "HEAD", "POST")
def delete_table(request: PageRequest, project_id: UUID, facet: str) -> HttpResponse:
    """GET: ask, with what is in the table and what names its records. POST `reason`: delete it."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    reader = Reader(project_id)
    table = reader.schema.tables.get(facet)
    if table is None:
        raise NotFound(_("There is no table “%(table)s”.") % {"table": facet[:100]})
    try:
        if request.method == "POST":
            caller = caller_from_request(request)
            tables.remove_table(caller=caller, project_id=project_id, table=facet, reason=reason_of(request))
            words = _("The table {table} is deleted. It is under Deleted, with its records.")
            messages.success(request, words.format(table=table.label))
            return redirect("registers:deleted", project_id)
        refusal: DomainError | None = None
    except DomainError as refused:
        refusal = refused
    deletion = Deletion(
        title=_("Delete the table {table}?").format(table=table.label),
        lines=list(_on_table(reader, table)),
        note=_("Its records and their values stay in the history, and come back when the table is restored."),
        act=_("Delete the table"),
        address=reverse("registers:delete_table", args=[project_id, facet]),
        of=table.entity,
    )
    return _over_table(request, project_id, facet, deletion, refusal)


def reason_of(request: PageRequest) -> str:
    """Why somebody deletes something. Raises `ValidationFailed` without it."""
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise ValidationFailed({"reason": [_("Say why.")]})
    if len(reason) > MAX_REASON:
        raise ValidationFailed({"reason": [_("At most %(most)s characters.") % {"most": MAX_REASON}]})
    return reason


def _on_record(found: RecordReading) -> Iterator[str]:
    values = sum(field.cell.text != "" for part in found.parts for field in part.fields)
    yield ngettext("{n} field has a value.", "{n} fields have a value.", values).format(n=values)
    if links := found.links:
        listed = _listed([f"{each.words} {each.other.label}" for each in links])
        words = ngettext("{n} link hides with it: {links}.", "{n} links hide with it: {links}.", len(links))
        yield words.format(n=len(links), links=listed)
    if named := naming(found.reader, found.record):
        listed = _listed([f"{each.other.label} ({each.column.label})" for each in named])
        words = ngettext("{n} record names it: {records}.", "{n} records name it: {records}.", len(named))
        yield words.format(n=len(named), records=listed)
    if len(found.parts) > 1:
        yield _("It is in these tables: {tables}.").format(tables=", ".join(each.table.label for each in found.parts))


def _on_table(reader: Reader, table: Table) -> Iterator[str]:
    on = hanging_on_table(reader, table.facet)
    yield ngettext("{n} record is in it.", "{n} records are in it.", on.records).format(n=f"{on.records:,}")
    if on.links:
        words = ngettext("They have {n} link.", "They have {n} links.", on.links)
        yield words.format(n=f"{on.links:,}")
    if on.columns:
        listed = _listed([f"{column.label} ({other.label})" for other, column in on.columns])
        yield _("These columns name its records: {columns}.").format(columns=listed)


def _listed(words: Sequence[str], most: int = 5) -> str:
    """The first of these, and how many more there are."""
    more = len(words) - most
    shown = ", ".join(words[:most])
    return _("{listed} and {n} more").format(listed=shown, n=more) if more > 0 else shown


def _facts(request: PageRequest, deletion: Deletion, refusal: DomainError | None) -> dict[str, Any]:
    errors: Any = refusal.errors if isinstance(refusal, ValidationFailed) else {}
    said = [str(refusal.detail)] if refusal is not None and "reason" not in errors else []
    return {"deletion": deletion, "errors": errors, "refused": said, "reason": request.POST.get("reason", "")}


def _over_table(
    request: PageRequest, project_id: UUID, facet: str, deletion: Deletion, refusal: DomainError | None
) -> HttpResponse:
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    context = {
        **table_context(request, access, facet),
        **_facts(request, deletion, refusal),
        "dialog_part": "registers/dialogs/delete.html",
        "dialog_title": "delete-title",
    }
    return render(request, "registers/table.html", context, status=refusal.status if refusal else 200)
