"""Two records become one, or one becomes two, after a look at what comes together and what goes where."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError, ValidationFailed
from projects.access import get_project
from stages.registers import verbs
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.fold.views import Record
from stages.registers.pages.record_dialogs import back_to_record, record_dialog, refusal_words
from stages.registers.pages.record_views import record_of
from stages.registers.pages.together import compared
from stages.registers.permissions import WRITE
from stages.registers.reading.former_names import FormerNames
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import RecordReading
from stages.registers.schema import Schema
from stages.registers.schema.keys import find_record
from stages.registers.services import records
from stages.registers.services.acting import Done
from stages.registers.services.previewing import preview
from workspace.decorators import PageRequest, page

_LATEST = "f" * 24


@page("GET", "HEAD", "POST")
def merge(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET: the form; with `other` (a key) what comes together. POST `other`: make the two one."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    given = request.POST if request.method == "POST" else request.GET
    typed = given.get("other", "").strip()
    facts: dict[str, Any] = {"dialog_class": "dialog-wide", "typed": typed, "other": None, "errors": []}
    refusal: DomainError | None = None
    try:
        if request.method == "POST":
            # Read before the two are one.
            absorbed, label = _other(found, typed), found.name.label
            records.merge(
                caller=caller_from_request(request), project_id=project_id, record=found.id, absorbed=absorbed
            )
            words = _("{other} and {record} are one record now. “Split…” takes them apart again.")
            messages.success(request, words.format(other=typed, record=label))
            return back_to_record(request, project_id, found.id)
        if typed:
            facts |= _merged(request, found, _other(found, typed))
    except DomainError as refused:
        refusal = refused
        facts["errors"] = refusal_words(refused)
    part = "registers/record/merge_form.html"
    return record_dialog(request, access, found, part, "merge-title", refusal=refusal, **facts)


@page("GET", "HEAD", "POST")
def split(request: PageRequest, project_id: UUID, record_id: UUID) -> HttpResponse:
    """GET: the form; with `member` or `tables` what goes where. POST them: take the record apart."""
    access = get_project(user=request.user, project_id=project_id, action=WRITE)
    found = record_of(Reader(project_id), record_id)
    given = request.POST if request.method == "POST" else request.GET
    member, tables = given.get("member") or None, given.getlist("tables")
    facts: dict[str, Any] = {
        "dialog_class": "dialog-wide",
        "member": member,
        "chosen": tables,
        "rows": None,
        "errors": [],
    }
    refusal: DomainError | None = None
    try:
        if request.method == "POST":
            caller = caller_from_request(request)
            done = records.split(caller=caller, project_id=project_id, record=found.id, member=member, tables=tables)
            messages.success(request, _("Split. {record} is a record of its own.").format(record=_called(found, done)))
            return back_to_record(request, project_id, found.id)
        if member or tables:
            facts["rows"] = _apart(request, found, member, tables)
    except DomainError as refused:
        refusal = refused
        facts["errors"] = refusal_words(refused)
    facts["members"] = _members(found)
    part = "registers/record/split_form.html"
    return record_dialog(request, access, found, part, "split-title", refusal=refusal, **facts)


def _merged(request: PageRequest, found: RecordReading, absorbed: str) -> dict[str, Any]:
    """The other record, and each field of both beside what they show together."""
    other = found.reader.records([absorbed])[absorbed]
    merging = partial(verbs.merge, survivor=found.id, absorbed=absorbed)
    together = _would_be(request, found, merging)(found.id)
    rows = compared(found.reader, found.record, other, together)
    return {
        "other": names_of(found.reader, [absorbed])[absorbed],
        "rows": rows,
        "conflicts_made": sum(each.in_conflict for each in rows),
    }


def _apart(request: PageRequest, found: RecordReading, member: str | None, tables: Sequence[str]) -> Any:
    """Each field of the record beside what it keeps and what the other one gets."""
    made: list[str] = []

    def splitting(acts: Acts, schema: Schema) -> Sequence[Payload]:
        if member is not None:
            made.append(member)
            return verbs.split_back(acts, schema, found.id, member)
        payloads, new = verbs.split_off(acts, schema, found.id, tables)
        made.append(new)
        return payloads

    state = _would_be(request, found, splitting)
    return compared(found.reader, found.record, state(found.id), state(made[-1]))


def _would_be(request: PageRequest, found: RecordReading, wanted: Any) -> Any:
    """What a record would be after a write, by its id."""
    shown = preview(caller=caller_from_request(request), project_id=found.reader.project_id, payloads=wanted)

    def record(entity: str) -> Record:
        root = shown.increment.identity.root(entity)
        after = shown.increment.storage.records.get(root)
        assert after is not None, "a write that was tried has made it"
        return after

    return record


def _other(found: RecordReading, key: str) -> str:
    """The record with a key, of the tables of this one first. Raises `ValidationFailed`."""
    for facet in (*found.record.fields, ""):
        if other := find_record(found.reader.storage, found.reader.schema, facet, key):
            return other
    raise ValidationFailed({"other": [_("There is no record “{key}”.").format(key=key[:100])]})


def _members(found: RecordReading) -> list[tuple[str, str]]:
    """The records that were merged into this one, with what each was called."""
    names = FormerNames(found.reader.schema, found.operations)
    others = [each for each in found.record.facts.members if each != found.id]
    return [(each, names.of(each, _LATEST) or each[:8]) for each in others]


def _called(found: RecordReading, done: Done) -> str:
    new = str(done.answer)
    return names_of(Reader(found.reader.project_id), [new])[new].label
