"""The page of a record: its fields by table, its links from both ends, its history."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.registers.models import Conflict
from stages.registers.pages.authors import Authors
from stages.registers.pages.conflict_rows import conflict_address
from stages.registers.pages.frame import register_context
from stages.registers.pages.gone import record_gone
from stages.registers.pages.history_words import HistoryWords
from stages.registers.pages.record_rows import beside, links_of, parts_of, record_address
from stages.registers.permissions import WRITE
from stages.registers.reading.hanging import naming
from stages.registers.reading.history import History
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import RecordReading, read_record
from workspace.decorators import PageRequest, page

# Entries of the history that are shown at once.
ENTRIES: Final = 30


@page("GET", "HEAD")
def record(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET `?in=&view=&sort=&filter=&q=`: a record, beside those of the table and query that it was opened from."""
    access = get_project(user=request.user, project_id=project_id)
    found = read_record(Reader(access.project.id), str(record_id))
    if found is not None and (address := found.address_in_app):
        return redirect(address)
    found = known_record(found)
    if found.id != str(record_id):
        # It was merged into another one.
        return redirect(record_address(project_id, found.id, request.GET.urlencode()))
    return render(request, "registers/record.html", record_context(request, access, found))


@page("GET", "HEAD")
def older(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET `?before=`: further entries of the history, before an HLC."""
    access = get_project(user=request.user, project_id=project_id)
    found = record_of(Reader(access.project.id), record_id)
    authors = Authors(project_id, request.user)
    may_write = allowed(WRITE, role=access.role, status=Status(access.project.status))
    context = {
        "project_id": project_id,
        "record": found,
        "may_edit": may_write and found.record.alive,
        **history_context(found, authors, before=request.GET.get("before", "")),
    }
    return render(request, "registers/record/entries.html", context)


def record_of(reader: Reader, record_id: UUID) -> RecordReading:
    """The record as which an entity is shown. Raises `NotFound`, for records of the schema too."""
    return known_record(read_record(reader, str(record_id)))


def known_record(found: RecordReading | None) -> RecordReading:
    """A record of people. Raises `NotFound` for none, and for one of the schema or of an app."""
    facets = {facet for _entity, facet in found.record.facts.facets} if found else set()
    if found is None or not facets & found.tables.keys():
        raise NotFound(_("There is no such record."))
    return found


def record_context(request: PageRequest, access: Access, found: RecordReading) -> dict[str, Any]:
    """What the page shows."""
    frame = register_context(request, access, reader=found.reader)
    authors = Authors(access.project.id, request.user)
    links = links_of(found, authors, "")
    named = naming(found.reader, found.record) if found.record.alive else []
    waiting = Conflict.objects.filter(project=access.project.id, resolved_at=None)
    conflicts = waiting.filter(subject__in=found.record.facts.members)
    first = conflicts.order_by("opened_at", "id").first()
    created = found.created
    return {
        **frame,
        "record": found,
        "place": found.id,
        "name": found.name,
        "parts": parts_of(found, authors),
        "links": links,
        "named_by": [(each, record_address(access.project.id, each.other.record)) for each in named],
        "links_from": sum(each.view.edge.outgoing for each in links),
        "links_to": sum(not each.view.edge.outgoing for each in links),
        "conflicts": conflicts.count(),
        "decide_address": conflict_address(access.project.id, str(first.id)) if first else "",
        "link_address": _link_address(found) if frame["may_write"] and found.record.alive else "",
        "first_conflict": first,
        "can_split": can_split(found),
        "gone_record": record_gone(found, request.user),
        # What was deleted, or is in a deleted table only, is not written.
        "may_edit": frame["may_write"] and found.record.alive,
        "beside": beside(found.reader, found, request.GET),
        "query": request.GET.urlencode(),
        "created": authors.of(created.actor_id, created.site, created.hlc) if created else None,
        "site_count": len(found.sites),
        "other_tables": [each for each in found.reader.schema.tables.values() if each.facet not in found.record.fields],
        **history_context(found, authors),
    }


def can_split(found: RecordReading) -> bool:
    """Whether a record can be taken apart: others were merged into it, or it is in several tables."""
    return found.record.alive and (len(found.record.facts.members) > 1 or len(found.record.fields) > 1)


def _link_address(found: RecordReading) -> str:
    return reverse("registers:record_link", args=[found.reader.project_id, found.id])


def history_context(found: RecordReading, authors: Authors, *, before: str = "") -> dict[str, Any]:
    """Entries of the history in words, and where the older ones begin."""
    history: History = found.history(limit=ENTRIES, before=before or None)
    words = HistoryWords(found, authors, history.entries)
    return {"entries": [words.of(each) for each in history.entries], "older": history.older or ""}
