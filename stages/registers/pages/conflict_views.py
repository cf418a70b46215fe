"""The conflict inbox: one conflict after the other, with its sides beside each other."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict as Refused
from kernel.errors import DomainError, NotFound
from projects.access import Access, get_project
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.fold.views import class_of
from stages.registers.models import Conflict
from stages.registers.pages.authors import Authors
from stages.registers.pages.columns import TYPE_WORDS
from stages.registers.pages.conflict_rows import (
    Card,
    cards_of,
    column_of,
    conflict_address,
    decided_rows,
    holders_of,
    rows_of,
    text_of,
    what_of,
)
from stages.registers.pages.diverged import Diverged, diverged
from stages.registers.pages.frame import register_context
from stages.registers.pages.record_rows import links_of, record_address
from stages.registers.permissions import WRITE
from stages.registers.reading.cases import Case
from stages.registers.reading.inbox import DUPLICATE, Item, case_of, list_open
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import RecordReading, read_record
from stages.registers.schema import Column
from stages.registers.schema.keys import find_record
from stages.registers.schema.model import BOOLEAN
from stages.registers.schema.values import read_text
from stages.registers.services import links, records
from stages.registers.services.acting import act
from workspace.decorators import PageRequest, page

OTHER = "other"


@page("GET", "HEAD")
def conflicts(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?of=`: what waits for a decision, one conflict open: the oldest without `of`."""
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "registers/conflicts.html", inbox_context(request, access, of=request.GET.get("of", "")))


@page("POST")
def keep(request: PageRequest, project_id: UUID, conflict_id: UUID) -> HttpResponse:
    """POST `pick` (a side, or `other` with `text`), `tips`, `reason`: decide between values, and go to the next."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    reader = Reader(project_id)
    items = list_open(reader)
    item = _item_of(project_id, items, conflict_id)
    try:
        _keep(request, reader, item)
    except DomainError as refusal:
        return _refused(request, access, conflict_id, refusal)
    return _next(project_id, items, item)


@page("POST")
def decide(request: PageRequest, project_id: UUID, conflict_id: UUID) -> HttpResponse:
    """POST `choice`: keep or delete, merge or split, and go to the next."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    items = list_open(Reader(project_id))
    item = _item_of(project_id, items, conflict_id)
    caller, choice = caller_from_request(request), request.POST.get("choice", "")
    try:
        links.decide(caller=caller, project_id=project_id, conflict=conflict_id, choice=choice)
    except DomainError as refusal:
        return _refused(request, access, conflict_id, refusal)
    return _next(project_id, items, item)


@page("POST")
def give_key(request: PageRequest, project_id: UUID, conflict_id: UUID) -> HttpResponse:
    """POST `record`: give one of the records that share a key the next free one, and go to the next."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    reader = Reader(project_id)
    items = list_open(reader)
    item = _item_of(project_id, items, conflict_id)
    record = request.POST.get("record", "")
    caller = caller_from_request(request)
    try:
        if record not in {each.name.record for each in holders_of(reader, item)}:
            raise Refused(_("This record has another key by now."))
        records.next_free_key(caller=caller, project_id=project_id, record=record, table=item.conflict.facet)
    except DomainError as refusal:
        return _refused(request, access, conflict_id, refusal)
    return _next(project_id, items, item)


def inbox_context(request: PageRequest, access: Access, *, of: str = "") -> dict[str, Any]:
    """What the page shows; `of` is the conflict that is open, the oldest where there is no such one."""
    reader = Reader(access.project.id)
    frame = register_context(request, access, reader=reader, here="conflicts")
    items = list_open(reader)
    item = next((each for each in items if each.id == of), items[0] if items else None)
    at = items.index(item) if item is not None else 0
    return {
        **frame,
        # A refused POST is answered by this page, which asks for itself again.
        "page_address": conflict_address(reader.project_id, item.id if item is not None else ""),
        "rows": rows_of(reader, items, item),
        "decided": decided_rows(reader, timezone.now() - timedelta(days=1), Authors(reader.project_id, request.user)),
        "position": at + 1,
        "before": conflict_address(reader.project_id, items[at - 1].id) if at > 0 else "",
        "after": conflict_address(reader.project_id, items[at + 1].id) if item and at < len(items) - 1 else "",
        **(_open(request, reader, item) if item is not None else {}),
    }


def _open(request: PageRequest, reader: Reader, item: Item) -> dict[str, Any]:
    """The conflict that is open."""
    authors = Authors(reader.project_id, request.user)
    case = case_of(reader, item)
    cards = cards_of(reader, item, case, authors) if case else []
    record = read_record(reader, item.name.record)
    return {
        "item": item,
        "what": what_of(reader, item),
        "column": (column := column_of(reader, item.conflict)),
        "type_words": TYPE_WORDS.get(column.type, ""),
        "options": _options(column),
        "is_between_values": item.conflict.kind in ("field", "text"),
        "case": case,
        "cards": cards,
        "tips": " ".join(case.tips) if case else "",
        "shown": next((card for card in cards if card.is_shown), None),
        "picture": _picture(reader, item, case, cards, authors) if case else None,
        "holders": holders_of(reader, item) if item.conflict.kind == DUPLICATE else [],
        "links": links_of(record, authors, "") if record is not None else [],
        "record_address": record_address(reader.project_id, item.name.record),
        "takes_text": item.conflict.kind == "field" and item.edge is None,
    }


def _options(column: Column) -> list[tuple[str, str]]:
    """What another value is chosen from."""
    if column.type == BOOLEAN:
        return [("yes", _("Yes")), ("no", _("No"))]
    return [(each.id, each.title) for each in column.options]


def _picture(reader: Reader, item: Item, case: Case, cards: list[Card], authors: Authors) -> Diverged | None:
    column = column_of(reader, item.conflict)
    value = case.origin[-1].value if case.origin else None
    entity = value.get("entity") if isinstance(value, dict) else None
    origin_text = text_of(column, value, names_of(reader, [entity]) if isinstance(entity, str) else {})
    return diverged(case, cards, authors, origin_text=origin_text, met_at=item.conflict.opened_at)


def _keep(request: PageRequest, reader: Reader, item: Item) -> None:
    """Decide between values as the form says."""
    case = case_of(reader, item)
    if case is None or item.conflict.kind not in ("field", "text"):
        raise Refused(_("This is decided already."))
    value = _chosen(request, reader, item, case)
    caller = caller_from_request(request)
    record = read_record(reader, item.name.record)
    tips = request.POST.get("tips", "").split()
    if item.conflict.kind == "text" and record is not None:
        facet, name = _field_at(reader, record, item)
        named: dict[str, Any] = {"record": record.id, "table": facet, "field": name}
        links.resolve_text(caller=caller, project_id=reader.project_id, text=value, tips=tips, **named)
        return
    if item.edge is not None:
        field = Field(item.edge.id, f"edge:{item.edge.facts.ends.type or ''}", item.conflict.field)
    elif record is not None:
        field = Field(record.id, *_field_at(reader, record, item))
    else:
        raise NotFound(_("There is no such record."))
    act(
        caller=caller,
        project_id=reader.project_id,
        verb=partial(verbs.resolve_conflict, field=field, value=value, tips=tips),
        parameters={"verb": "resolve", "field": [*field], "value": value, "tips": tips},
        reason=request.POST.get("reason", "").strip() or None,
    )


def _chosen(request: PageRequest, reader: Reader, item: Item, case: Case) -> Any:
    pick = request.POST.get("pick", "")
    if pick == OTHER:
        column = column_of(reader, item.conflict)
        text = request.POST.get("text", "")
        return read_text(column, text, lambda facet, key: find_record(reader.storage, reader.schema, facet, key))
    if not pick.isdecimal() or len(pick) > 9 or int(pick) >= len(case.sides):
        raise Refused(_("Choose one of the values."))
    return case.sides[int(pick)].value


def _field_at(reader: Reader, record: RecordReading, item: Item) -> tuple[str, str]:
    """The field as the record has it: of mapped fields, one in a table of the record."""
    one = sorted(class_of((item.conflict.facet, item.conflict.field), reader.classes))
    return next((each for each in one if each[0] in record.record.fields), one[0])


def _item_of(project_id: UUID, items: list[Item], conflict_id: UUID) -> Item:
    found = next((each for each in items if each.id == str(conflict_id)), None)
    if found is not None:
        return found
    if Conflict.objects.filter(project=project_id, id=conflict_id).exists():
        raise Refused(_("This is decided already."))
    raise NotFound(_("There is no such conflict."))


def _next(project_id: UUID, items: list[Item], item: Item) -> HttpResponse:
    """The page of the next conflict, or of the one before the last."""
    left = [each for each in items if each.id != item.id]
    at = min(items.index(item), len(left) - 1)
    return redirect(conflict_address(project_id, left[at].id if left else ""))


def _refused(request: PageRequest, access: Access, conflict_id: UUID, refusal: DomainError) -> HttpResponse:
    """The page again, with why it was refused, and with what somebody typed."""
    errors = getattr(refusal, "errors", None) or {}
    words = [str(each) for listed in errors.values() for each in listed] or [str(refusal.detail)]
    context = {
        **inbox_context(request, access, of=str(conflict_id)),
        "refusal": words[0],
        "typed": request.POST.get("text", ""),
        "picked": request.POST.get("pick", ""),
    }
    context["reason"] = request.POST.get("reason", "")
    return render(request, "registers/conflicts.html", context, status=refusal.status)
