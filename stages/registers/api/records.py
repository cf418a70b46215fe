"""Records and their cells over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase, QueryDict
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from kernel.errors import NotFound, ValidationFailed
from rest.queries import query_integer, query_text
from rest.schema import operation
from stages.registers.api import record_serializers as shapes
from stages.registers.api.base import RegisterView
from stages.registers.api.base_serializers import WrittenInfo
from stages.registers.api.bodies import caused_bodies, operation_bodies, record_body, row_body
from stages.registers.reading.actors import Actors
from stages.registers.reading.causes import caused
from stages.registers.reading.query import Query, parse_query
from stages.registers.reading.records import RecordReading, read_record
from stages.registers.reading.rows import count, read_rows
from stages.registers.services import records as services
from stages.registers.services.records import Cell, Row

MAX_ROWS = 500
MAX_OPERATIONS = 500
SORT = OpenApiParameter("sort", str, description="Columns, with a minus for falling: `-prio,key`.")
FILTER = OpenApiParameter("filter", str, many=True, description="`area:is:Safety|Dosing`; several have all to fit.")
SEARCH = OpenApiParameter("q", str, description="Words that a record has.")
VIEW = OpenApiParameter("view", str, description="A saved view, instead of the three.")
OFFSET = OpenApiParameter("offset", int)
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_ROWS, "default": 100})
BEFORE = OpenApiParameter("before", str, description="From the answer before.")


class TableRecordsView(RegisterView):
    @operation("registers_records", answer=shapes.RowList, parameters=[SORT, FILTER, SEARCH, VIEW, OFFSET, LIMIT])
    def get(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """The records of a table: a part of those that a query asks for."""
        self.access()
        query = self.query(table)
        offset = query_integer(request, "offset", default=0, maximum=10_000_000)
        limit = query_integer(request, "limit", default=100, minimum=1, maximum=MAX_ROWS)
        rows = read_rows(project_id, query, offset, limit, reader=self.reader)
        number = count(project_id, query, reader=self.reader)
        return self.answer({"count": number, "offset": offset, "results": [row_body(each) for each in rows]})

    def query(self, table: str) -> Query:
        """What the address asks for. Raises `NotFound` for a view that is not there."""
        facet = self.table(table).facet
        name = query_text(self.request, "view", maximum=100)
        if name is None:
            return parse_query(self.reader.schema, facet, self.request.query_params)
        found = next((each for each in self.reader.schema.views_of(facet) if each.name == name), None)
        if found is None:
            raise NotFound(_("There is no view “%(view)s”.") % {"view": name})
        return parse_query(self.reader.schema, facet, QueryDict(found.query), lenient=True)

    @operation(
        "registers_create_records", takes=shapes.NewRecords, answer=shapes.CreatedInfo, status=201, repeatable=True
    )
    def post(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """Make one record or many, in one bundle."""
        data = self.body(shapes.NewRecords)
        if ("rows" in data) == ("values" in data):
            raise ValidationFailed({"values": [_("Give either values or rows.")]})
        rows = data["rows"] if "rows" in data else [data["values"]]
        typed = data.get("typed", False)
        done = services.create_records(caller=self.caller(), project_id=project_id, table=table, rows=rows, typed=typed)
        return self.written(done, {"records": done.answer or []}, 201)


class OneRecordView(RegisterView):
    """What is asked of one record."""

    @property
    def record_id(self) -> str:
        return str(self.kwargs["record_id"])

    def record(self) -> RecordReading:
        """The record, deleted or not, also by an id that was merged into it. Raises `NotFound`."""
        found = read_record(self.reader, self.record_id)
        if found is None or not any(facet in self.reader.schema.tables for _e, facet in found.record.facts.facets):
            raise NotFound(_("There is no record %(record)s.") % {"record": self.record_id})
        return found


class RecordView(OneRecordView):
    @operation("registers_record", answer=shapes.RecordInfo)
    def get(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """One record with all values that stand side by side."""
        self.access()
        return self.answer(record_body(self.reader, self.record().record))

    @operation("registers_set_fields", takes=shapes.ChangedRecord, answer=WrittenInfo)
    def patch(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Set fields of a record in one table. With a `base` that has moved, `stale_base` names three values."""
        data = self.body(shapes.ChangedRecord)
        bases = data.get("base", {})
        cells = [
            Cell(str(record_id), data["table"], name, value, base=_base(bases.get(name)))
            for name, value in data["values"].items()
        ]
        return self.written(services.write_cells(caller=self.caller(), project_id=project_id, cells=cells))

    @operation("registers_delete_record", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Delete a record; its links hide. It can be restored."""
        done = services.delete_records(caller=self.caller(), project_id=project_id, records=[str(record_id)])
        return self.written(done)


class CellsView(RegisterView):
    @operation("registers_write_cells", takes=shapes.ChangedCells, answer=shapes.CreatedInfo, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Set many cells and add rows in one bundle, as a paste does."""
        data = self.body(shapes.ChangedCells)
        typed = data.get("typed", False)
        rows = [Row(each, typed=typed) for each in data.get("rows", ())]
        done = services.write_cells(
            caller=self.caller(),
            project_id=project_id,
            cells=[_cell(each) for each in data.get("cells", ())],
            table=data.get("table", ""),
            rows=rows,
        )
        return self.written(done, {"records": done.answer or []})


class HistoryView(OneRecordView):
    @operation("registers_history", answer=shapes.HistoryInfo, parameters=[BEFORE, LIMIT])
    def get(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """The signed operations on a record, newest first."""
        self.access()
        before = query_text(request, "before", maximum=24)
        limit = query_integer(request, "limit", default=100, minimum=1, maximum=MAX_OPERATIONS)
        found = [each for each in reversed(self.record().operations) if before is None or each.hlc < before]
        results = operation_bodies(found[:limit], Actors(project_id))
        return self.answer({"results": results, "before": results[-1]["hlc"] if len(found) > limit else None})


class CausesView(OneRecordView):
    @operation("registers_causes", answer=shapes.CausesInfo)
    def get(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Why a record is in its tables, and which of its fields rules or scripts have filled."""
        self.access()
        return self.answer({"results": caused_bodies(caused(self.record()), Actors(project_id))})


class RestoreView(OneRecordView):
    @operation("registers_restore_record", answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Bring a deleted record back as it was."""
        done = services.restore_records(caller=self.caller(), project_id=project_id, records=[str(record_id)])
        return self.written(done)


class FacetsView(OneRecordView):
    @operation("registers_attach", takes=shapes.NewFacet, answer=WrittenInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Put a record into a further table."""
        data = {"values": {}, **self.body(shapes.NewFacet)}
        done = services.attach(caller=self.caller(), project_id=project_id, record=str(record_id), **data)
        return self.written(done, status=201)


class FacetView(OneRecordView):
    @operation("registers_detach", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, record_id: UUID, table: str) -> HttpResponseBase:
        """Take a record out of a table."""
        done = services.detach(caller=self.caller(), project_id=project_id, record=str(record_id), table=table)
        return self.written(done)


class MergeView(OneRecordView):
    @operation("registers_merge", takes=shapes.MergeShape, answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Say that another record is the same thing as this one."""
        data = self.body(shapes.MergeShape)
        return self.written(services.merge(caller=self.caller(), project_id=project_id, record=str(record_id), **data))


class SplitView(OneRecordView):
    @operation("registers_split", takes=shapes.SplitShape, answer=shapes.SplitInfo, repeatable=True)
    def post(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Take a merged record out again, or give tables to a new record."""
        data = self.body(shapes.SplitShape)
        if ("member" in data) == ("tables" in data):
            raise ValidationFailed({"member": [_("Give either a member or tables.")]})
        done = services.split(caller=self.caller(), project_id=project_id, record=str(record_id), **data)
        return self.written(done, {"record": done.answer})


class KeyView(OneRecordView):
    @operation("registers_next_key", takes=shapes.KeyShape, answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Give a record the next free key of a table."""
        data = self.body(shapes.KeyShape)
        return self.written(
            services.next_free_key(caller=self.caller(), project_id=project_id, record=str(record_id), **data)
        )


class TextView(OneRecordView):
    @operation("registers_type_text", takes=shapes.TextShape, answer=WrittenInfo)
    def put(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """Make a text in which people write together this one; what it shares with the present one stays."""
        data = self.body(shapes.TextShape)
        return self.written(
            services.type_text(caller=self.caller(), project_id=project_id, record=str(record_id), **data)
        )


def _cell(data: dict[str, Any]) -> Cell:
    if ("text" in data) == ("value" in data):
        raise ValidationFailed({"cells": [_("Give each cell either a value or a text.")]})
    typed = "text" in data
    value = data["text"] if typed else data["value"]
    base = _base(data.get("base"))
    return Cell(data["record"], data["table"], data["field"], value, typed=typed, base=base, row=data.get("row"))


def _base(ids: list[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(ids)
