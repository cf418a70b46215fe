"""A record is restored, or its fields get the values again that they had before or after a change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.callers import caller_from_request
from kernel.errors import DomainError, NotFound, ValidationFailed
from projects.access import get_project
from stages.registers.pages.record_dialogs import back_to_record, record_dialog, refusal_words
from stages.registers.pages.record_views import record_of
from stages.registers.permissions import WRITE
from stages.registers.reading import changes as kinds
from stages.registers.reading.changes import Change, Known, changes_of
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import FieldView, RecordReading
from stages.registers.schema import Column, Table
from stages.registers.schema.values import show_text
from stages.registers.services import records
from workspace.decorators import PageRequest, page

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Restorable:
    """A field that a bundle changed: what it shows now, and showed before and after; `name` is that of its input."""

    table: Table
    field: FieldView
    before: Any
    after: Any
    texts: tuple[str, str]

    @property
    def column(self) -> Column:
        return self.field.column

    @property
    def name(self) -> str:
        return f"{self.table.facet}:{self.column.name}"

    @property
    def base(self) -> str:
        return " ".join(self.field.cell.tips)

    def value(self, to: str) -> Any:
        return self.before if to == BEFORE else self.after


@page("GET", "HEAD", "POST")
def restore(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET `?bundle=`: ask. POST `bundle, to, field…`: give fields their values again; without `bundle`, the record.

    `to` is `before` or `after`, and `field` the names of fields, each with what it showed in `base:NAME`.
    """
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    given = request.POST if request.method == "POST" else request.GET
    caller = caller_from_request(request)
    bundle = given.get("bundle", "")
    if not bundle:
        if request.method == "POST":
            records.restore_records(caller=caller, project_id=project_id, records=[found.id])
            messages.success(request, _("{record} is restored, with its links.").format(record=found.name.label))
        return back_to_record(request, project_id, found.id)
    listed = list(_restorable(found, bundle))
    if not listed:
        raise NotFound(_("There is no such change of this record."))
    refusal: DomainError | None = None
    if request.method == "POST":
        try:
            chosen = [each for each in listed if each.name in request.POST.getlist("field")]
            _write(request, found, chosen)
            count = ngettext("{n} field is restored.", "{n} fields are restored.", len(chosen))
            messages.success(request, count.format(n=len(chosen)))
            return back_to_record(request, project_id, found.id)
        except DomainError as refused:
            refusal = refused
    facts = {
        "dialog_class": "dialog-wide",
        "restorables": listed,
        "bundle": bundle,
        "to": given.get("to", BEFORE),
        "refused": refusal_words(refusal),
        "chosen": request.POST.getlist("field") if refusal else [each.name for each in listed],
    }
    part = "registers/record/restore_form.html"
    return record_dialog(request, access, found, part, "restore-title", refusal=refusal, **facts)


def _write(request: PageRequest, found: RecordReading, chosen: Sequence[Restorable]) -> None:
    to = request.POST.get("to", "")
    if to not in (BEFORE, AFTER) or not chosen:
        raise ValidationFailed({"field": [_("Choose what is restored.")]})
    cells = [
        records.Cell(
            found.id,
            each.table.facet,
            each.column.name,
            each.value(to),
            base=tuple(request.POST.get(f"base:{each.name}", "").split()),
        )
        for each in chosen
        if not each.column.crdt
    ]
    texts = {each.column.name: str(each.value(to) or "") for each in chosen if each.column.crdt}
    table = next((each.table.facet for each in chosen if each.column.crdt), "")
    rows = [records.Row(texts, record=found.id, typed=True)] if texts else []
    caller = caller_from_request(request)
    records.write_cells(caller=caller, project_id=found.reader.project_id, cells=cells, table=table, rows=rows)


def _restorable(found: RecordReading, bundle: str) -> Iterator[Restorable]:
    """The fields that a bundle changed, each once; of texts in which several write, those of one table."""
    operations = found.operations
    changes = changes_of(Known(operations), [each for each in operations if each.bundle_id == bundle])
    shown = {(part.table.facet, field.column.name): (part, field) for part in found.parts for field in part.fields}
    seen: set[tuple[str, str]] = set()
    texts: set[str] = set()
    for change in changes:
        at = (change.facet, change.field)
        if change.kind not in kinds.OF_FIELDS or at not in shown or seen & found.reader.classes.get(at, {at}):
            continue
        part, field = shown[at]
        if part.is_removed or field.column.reference or (field.column.crdt and texts - {change.facet}):
            continue
        seen.add(at)
        texts |= {change.facet} if field.column.crdt else set()
        after = None if change.kind == kinds.UNSET else change.after
        yield Restorable(part.table, field, change.before, after, _texts(found, field.column, change))


def _texts(found: RecordReading, column: Column, change: Change) -> tuple[str, str]:
    def name(entity: str) -> str:
        return names_of(found.reader, [entity])[entity].label

    after = None if change.kind == kinds.UNSET else change.after
    if column.crdt:
        return str(change.before or ""), str(after or "")
    return show_text(column, change.before, name), show_text(column, after, name)
