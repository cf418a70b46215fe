"""What the script of a grid writes: many cells, a new record, undo and redo. Bodies and answers are JSON."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.translation import gettext, ngettext

from accounts.callers import caller_from_request
from kernel.errors import Conflict, DomainError, ValidationFailed
from projects.access import get_project
from rest.errors import problem_response
from stages.registers.permissions import WRITE
from stages.registers.reading.links import edges_at
from stages.registers.services.records import Cell, Row, delete_records, write_cells
from stages.registers.services.undoing import redo as redo_newest
from stages.registers.services.undoing import undo as undo_newest
from workspace.decorators import PageRequest, page

P = ParamSpec("P")
Body = TypeVar("Body", bound=msgspec.Struct)
MAX_ROWS: Final = 10_000


class PastedRow(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A row: texts by column, for a record or (null) for a new one; `bases` are what its person saw, by column."""

    record: str | None
    values: dict[str, str]
    bases: dict[str, list[str]]


class Paste(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Rows in the order in which they were pasted: refusals name them from 1."""

    rows: Annotated[list[PastedRow], msgspec.Meta(min_length=1, max_length=MAX_ROWS)]
    client_ref: UUID | None = None


class Deletion(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Records to delete; `confirmed` says that its person knows of their links."""

    records: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MAX_ROWS)]
    confirmed: bool = False
    client_ref: UUID | None = None


class Undo(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Whether only what was done in a table is meant; `anywhere` is said by whoever was asked."""

    table: str = ""
    anywhere: bool = False

    @property
    def within(self) -> str:
        return "" if self.anywhere else self.table


def answers_json(
    view: Callable[Concatenate[PageRequest, P], Mapping[str, Any]],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A view that takes POST and answers a script: with an object, or with a problem (RFC 9457)."""

    @page("POST")
    @functools.wraps(view)
    def answer(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return JsonResponse(dict(view(request, *args, **kwargs)))
        except DomainError as refusal:
            return problem_response(refusal)

    return answer


@answers_json
def paste(request: PageRequest, project_id: UUID, facet: str) -> dict[str, Any]:
    """POST `rows`: write cells and make records in one write, or nothing; answers with `created` and `changed`."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    body = _read(request, Paste)
    cells = [
        Cell(row.record, facet, field, text, typed=True, base=tuple(row.bases.get(field, ())), row=number)
        for number, row in enumerate(body.rows, start=1)
        if row.record is not None
        for field, text in row.values.items()
    ]
    rows = [Row(each.values, typed=True) for each in body.rows if each.record is None]
    caller = replace(caller_from_request(request), client_ref=body.client_ref)
    done = write_cells(caller=caller, project_id=project_id, cells=cells, table=facet, rows=rows)
    return {"created": done.answer or [], "changed": list(dict.fromkeys(each.record for each in cells))}


@answers_json
def create(request: PageRequest, project_id: UUID, facet: str) -> dict[str, Any]:
    """POST: a new record with the next free key."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    done = write_cells(caller=caller_from_request(request), project_id=project_id, table=facet, rows=[Row({})])
    return {"record": done.answer[0]}


@answers_json
def delete(request: PageRequest, project_id: UUID, facet: str) -> dict[str, Any]:
    """POST `records`: delete them in one write. Where they have links, `question` asks for `confirmed` first."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    body = _read(request, Deletion)
    wanted = [str(each) for each in dict.fromkeys(body.records)]
    linked = edges_at(project_id, wanted)
    if linked and not body.confirmed:
        return {"deleted": 0, "question": _question(len(wanted), {each.edge for of in linked.values() for each in of})}
    caller = replace(caller_from_request(request), client_ref=body.client_ref)
    delete_records(caller=caller, project_id=project_id, records=wanted)
    return {"deleted": len(wanted), "question": None}


def _question(records: int, edges: Collection[str]) -> dict[str, Any]:
    title = ngettext("Delete %(n)s record?", "Delete %(n)s records?", records)
    links = ngettext("Its %(n)s link goes with it.", "Its %(n)s links go with it.", len(edges))
    if records > 1:
        links = ngettext("Their %(n)s link goes with them.", "Their %(n)s links go with them.", len(edges))
    undo = gettext("Undo brings everything back.")
    return {
        "title": title % {"n": f"{records:,}"},
        "text": f"{links % {'n': f'{len(edges):,}'}} {undo}",
        "act": gettext("Delete"),
        "isDanger": True,
    }


@answers_json
def undo(request: PageRequest, project_id: UUID) -> dict[str, Any]:
    """POST [`table`, `anywhere`]: undo the newest of what this person did; what is in another table is asked about."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    return _taken_back(request, project_id, undo_newest, is_redo=False)


@answers_json
def redo(request: PageRequest, project_id: UUID) -> dict[str, Any]:
    """POST [`table`, `anywhere`]: do again what was undone last; what is in another table is asked about."""
    get_project(user=request.user, project_id=project_id, action=WRITE)
    return _taken_back(request, project_id, redo_newest, is_redo=True)


def _read(request: PageRequest, kind: type[Body]) -> Body:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.DecodeError as error:
        raise ValidationFailed({"rows": [str(error)]}) from None


def _taken_back(request: PageRequest, project_id: UUID, service: Any, *, is_redo: bool) -> dict[str, Any]:
    body = _read(request, Undo) if request.body else Undo()
    try:
        written = service(caller=caller_from_request(request), project_id=project_id, within=body.within)
    except Conflict as refusal:
        if "elsewhere" not in refusal.extra:
            raise
        title = gettext("Redo it there?") if is_redo else gettext("Undo it there?")
        act = gettext("Redo it there") if is_redo else gettext("Undo it there")
        return {"message": "", "records": [], "question": {"title": title, "text": refusal.detail, "act": act}}
    return {**_undone(written, is_redo=is_redo), "question": None}


def _undone(written: Any, *, is_redo: bool) -> dict[str, Any]:
    count = len(written.op_ids)
    if is_redo:
        words = ngettext("Redone: %(n)s change.", "Redone: %(n)s changes.", count)
    else:
        words = ngettext("Undone: %(n)s change.", "Undone: %(n)s changes.", count)
    message = words % {"n": f"{count:,}"}
    return {"message": " ".join(filter(None, [message, _kept(written.kept)])), "records": None}


def _kept(kept: Sequence[Any]) -> str:
    """What stays because somebody else has changed it since."""
    if not kept:
        return ""
    words = ngettext(
        "%(n)s stays: somebody else has changed it since.",
        "%(n)s stay: somebody else has changed them since.",
        len(kept),
    )
    return words % {"n": f"{len(kept):,}"}
