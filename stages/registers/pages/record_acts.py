"""What is done on the page of a record. Each act calls one service."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError, NotFound, ValidationFailed
from projects.access import Access, get_project
from stages.registers.pages.authors import Authors
from stages.registers.pages.record_dialogs import back_to_record, record_dialog, refusal_words
from stages.registers.pages.record_views import record_of
from stages.registers.permissions import WRITE
from stages.registers.reading.links import edges_at
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import FieldView, RecordReading
from stages.registers.schema import Relation, Table
from stages.registers.schema.keys import find_record
from stages.registers.schema.values import show_text, write_text
from stages.registers.services import links, records
from workspace.decorators import PageRequest, page


@page("GET", "HEAD", "POST")
def edit(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET `?table=&field=`: the form of a field. POST `table, field, text, base`: set it, as it was typed.

    With `inline` the form comes by itself, for the place where the field is shown; a write is answered by 204, or
    by the form again with what is wrong.
    """
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    given = request.POST if request.method == "POST" else request.GET
    table, field = field_of(found, given.get("table", ""), given.get("field", ""))
    if request.method != "POST":
        base = " ".join(field.cell.tips)
        text = write_text(field.column, field.cell.value, lambda entity: _label(found, entity))
        return _edit_form(request, access, found, table, field, text=text, base=base)
    text = request.POST.get("text", "")
    base = request.POST.get("base", "")
    cell = records.Cell(found.id, table.facet, field.column.name, text, typed=True, base=tuple(base.split()))
    try:
        records.write_cells(caller=caller_from_request(request), project_id=project_id, cells=[cell])
    except DomainError as refusal:
        return _edit_form(request, access, found, table, field, text=text, base=base, refusal=refusal)
    if "inline" in request.POST:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return back_to_record(request, project_id, found.id)


@page("GET", "HEAD", "POST")
def link(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET: the form of a new link. POST `relation` (`out:TYPE` or `in:TYPE`), `other` (a key): make it."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    values = {"relation": request.POST.get("relation", ""), "other": request.POST.get("other", "")}
    if request.method != "POST":
        return _link_form(request, access, found, values)
    try:
        relation, outgoing = _relation_of(found, values["relation"])
        other = _other_end(found, relation, outgoing=outgoing, key=values["other"])
        source, target = (found.id, other) if outgoing else (other, found.id)
        links.link(
            caller=caller_from_request(request),
            project_id=project_id,
            source=source,
            target=target,
            relation=relation.type or None,
        )
    except DomainError as refusal:
        return _link_form(request, access, found, values, refusal)
    return back_to_record(request, project_id, found.id)


@page("POST")
def unlink(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """POST `edge`: remove a link of the record."""
    return _on_link(request, project_id, record_id, links.unlink)


@page("POST")
def confirm(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """POST `edge`: say that a link of the record still holds."""
    return _on_link(request, project_id, record_id, links.confirm_links)


@page("POST")
def attach(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """POST `table`: put the record into a further table."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    caller = caller_from_request(request)
    table = request.POST.get("table", "")
    records.attach(caller=caller, project_id=project_id, record=found.id, table=table, values={})
    return back_to_record(request, project_id, found.id)


def field_of(found: RecordReading, facet: str, name: str) -> tuple[Table, FieldView]:
    """A field that the record shows. Raises `NotFound`."""
    for part in found.parts:
        for field in part.fields:
            if (part.table.facet, field.column.name) == (facet, name):
                return part.table, field
    raise NotFound(_("There is no such field."))


def _on_link(request: PageRequest, project_id: UUID, record_id: UUID, service: Any) -> HttpResponse:
    get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    edge = request.POST.get("edge", "")
    if edge not in {each.edge for each in edges_at(project_id, [found.id]).get(found.id, [])}:
        raise NotFound(_("There is no such link."))
    service(caller=caller_from_request(request), project_id=project_id, edges=[edge])
    return back_to_record(request, project_id, found.id)


def _relation_of(found: RecordReading, chosen: str) -> tuple[Relation, bool]:
    direction, _colon, type_ = chosen.partition(":")
    relation = found.reader.schema.relations.get(type_)
    if relation is None or direction not in ("in", "out"):
        raise ValidationFailed({"relation": [_("Choose what links them.")]})
    return relation, direction == "out"


def _other_end(found: RecordReading, relation: Relation, *, outgoing: bool, key: str) -> str:
    facet = relation.target if outgoing else relation.source
    other = find_record(found.reader.storage, found.reader.schema, facet, key.strip())
    if other is None:
        raise ValidationFailed({"other": [_no_end(found, facet, key.strip())]})
    return other


def _link_form(
    request: PageRequest,
    access: Access,
    found: RecordReading,
    values: dict[str, str],
    refusal: DomainError | None = None,
) -> HttpResponse:
    choices = [
        (f"{'out' if outgoing else 'in'}:{relation.type}", relation.label if outgoing else relation.inverse_label)
        for part in found.parts
        for relation, outgoing in found.reader.schema.relations_of(part.table.facet)
    ]
    facts = {"choices": list(dict.fromkeys(choices)), "values": values, "errors": refusal_words(refusal)}
    return record_dialog(
        request, access, found, "registers/record/link_form.html", "link-title", refusal=refusal, **facts
    )


def _who(request: PageRequest, found: RecordReading, refusal: DomainError) -> str:
    """Who was faster."""
    key, hlc = refusal.extra.get("by"), refusal.extra.get("hlc")
    if not isinstance(key, str) or not isinstance(hlc, str):
        return _("Somebody")
    return Authors(found.reader.project_id, request.user).of(key, "", hlc).name


def _edit_form(
    request: PageRequest,
    access: Access,
    found: RecordReading,
    table: Table,
    field: FieldView,
    *,
    text: str,
    base: str,
    refusal: DomainError | None = None,
) -> HttpResponse:
    facts: dict[str, Any] = {
        "table": table,
        "field": field,
        "text": text,
        "base": base,
        "errors": refusal_words(refusal),
        "stale": None,
    }
    if refusal is not None and refusal.code == "stale_base":
        theirs = show_text(field.column, refusal.extra.get("theirs"), lambda entity: _label(found, entity))
        tips: Any = refusal.extra.get("tips", ())
        by = _who(request, found, refusal)
        facts |= {"stale": {"theirs": theirs, "by": by}, "base": " ".join(tips)}
    if "inline" in (request.POST if request.method == "POST" else request.GET):
        context = {"project_id": access.project.id, "record": found, **facts}
        return render(request, "registers/record/field_form.html", context)
    return record_dialog(
        request, access, found, "registers/record/edit_form.html", "edit-title", refusal=refusal, **facts
    )


def _label(found: RecordReading, entity: str) -> str:
    return names_of(found.reader, [entity])[entity].label


def _no_end(found: RecordReading, facet: str, key: str) -> str:
    """Why a record with a key is not the other end of a link: there is none, or it is in another table."""
    elsewhere = find_record(found.reader.storage, found.reader.schema, "", key)
    named = names_of(found.reader, [elsewhere])[elsewhere] if elsewhere else None
    if named is None:
        return _("There is no record “{key}”.").format(key=key[:100])
    words = _("{key} is in {table}. These links lead to records of {wanted}.")
    table = found.reader.table(named.facet)
    return words.format(key=named.label, table=table.label, wanted=found.reader.table(facet).label)
