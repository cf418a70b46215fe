"""`/tables/` and `/records/`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.request import Request

from kernel.errors import NotFound, ValidationFailed
from rest.queries import query_integer, query_text
from stages.registers import verbs
from stages.registers.fold.acts import Acts
from stages.registers.models import Row
from stages.registers.reading.query import parse_query
from stages.registers.reading.reader import Reader
from stages.registers.reading.rows import count, read_rows
from stages.registers.rpc import serializers as shapes
from stages.registers.rpc.base import RpcView, fields_of, undocumented
from stages.registers.schema import Schema
from stages.registers.schema.keys import key_number
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.spelling import read_column, table_body
from stages.registers.services.acting import Verbed, created_records
from stages.registers.services.overlays import Acted

MAX_RECORDS = 10_000
# What chooses and orders records.
QUERY = ("sort", "filter", "q")


@undocumented
class CreateTableView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a table with fields."""
        data = self.body(shapes.CreateTable)
        listed = [dict(each) for each in data.get("fields", ())]
        columns = [read_column(each) for each in listed]
        named = {"title": data.get("title", ""), "key_prefix": data.get("key_prefix", "")}

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.create_table(acts, schema, data["name"], columns=columns, **named)

        parameters = {"rpc": "tables/create", "name": data["name"], **named, "fields": _plain(listed)}
        return self.acted(self.act(verb, parameters), {"table": data["name"]})


@undocumented
class ListTablesView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The tables with their fields."""
        self.access()
        tables = [table_body(each) for each in self.view.schema.tables.values()]
        return self.answer(
            {"tables": [{**each, "name": each["table"], "fields": each.pop("columns")} for each in tables]}
        )


@undocumented
class CreateRecordView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a record of a table."""
        data = self.body(shapes.CreateRecord)
        fields = data.get("fields", {})

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.create_records(acts, schema, data["table"], [fields])

        acted = self.act(verb, {"rpc": "records/create", "table": data["table"], "fields": fields})
        return self.acted(acted, {"entity_id": self.made(acted)})

    def made(self, acted: Acted) -> str:
        """The record that was made, also by the first request of which this is a repeat."""
        written = acted.done.written if acted.done else None
        if written is not None and written.repeated:
            return created_records(self.project_id, written.bundle_id)[0]
        return str(acted.answer[0])


@undocumented
class ListRecordsView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The records of a table, what is staged among them."""
        self.access()
        facet = query_text(request, "table", maximum=100) or ""
        if facet not in self.view.schema.tables:
            raise NotFound(_("There is no table “%(table)s”.") % {"table": facet})
        offset = query_integer(request, "offset", default=0)
        limit = query_integer(request, "limit", default=1_000, minimum=1, maximum=MAX_RECORDS)
        if not self.view.changes.records:
            return self.answer(self.stored(facet, offset, limit))
        if any(name in request.query_params for name in QUERY):
            words = _("What is staged in an overlay is not sorted or filtered. Commit or stash it first.")
            raise ValidationFailed({name: [words] for name in QUERY if name in request.query_params})
        records = self.records_of(facet)
        return self.answer({"count": len(records), "records": records[offset : offset + limit]})

    def stored(self, facet: str, offset: int, limit: int) -> dict[str, Any]:
        """A part of the records of a table; `sort`, `filter` and `q` are those of REST and of the pages."""
        reader = Reader(self.project_id)
        query = parse_query(reader.schema, facet, self.request.query_params)
        found = [each.record for each in read_rows(self.project_id, query, offset, limit, reader=reader)]
        rows = Row.objects.filter(project=self.project_id, facet=facet, record__in=found)
        shown = {str(record): each for record, each in rows.values_list("record", "shown")}
        has_keys = bool(self.view.schema.tables[facet].key_prefix)
        records = [
            {"entity_id": each, "key": shown[each].get(KEY_COLUMN) if has_keys else None, "fields": shown[each]}
            for each in found
        ]
        return {"count": count(self.project_id, query, reader=reader), "records": records}

    def records_of(self, facet: str) -> list[dict[str, Any]]:
        table = self.view.schema.tables[facet]
        found: dict[str, dict[str, Any]] = {
            str(record): shown
            for record, shown in Row.objects.filter(project=self.project_id, facet=facet).values_list("record", "shown")
        }
        for entity in self.view.changes.records:
            record = self.view.increment.storage.records.get(entity)
            found.pop(entity, None)
            if record is not None and record.alive and facet in record.fields:
                found[entity] = fields_of(record, facet)
        for entity in [each for each in found if self.view.increment.identity.root(each) != each]:
            del found[entity]

        def place(entity: str) -> tuple[float, str]:
            number = key_number(table.key_prefix, found[entity].get(KEY_COLUMN))
            return (float("inf") if number is None else number, entity)

        return [
            {"entity_id": each, "key": found[each].get(KEY_COLUMN) if table.key_prefix else None, "fields": found[each]}
            for each in sorted(found, key=place)
        ]


@undocumented
class UpdateRecordView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Set fields of a record."""
        data = self.body(shapes.UpdateRecord)
        bases = data.get("base", {})
        cells = [
            verbs.Cell(data["entity_id"], data["table"], name, value, base=_base(bases.get(name)))
            for name, value in data["fields"].items()
        ]

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.set_fields(acts, schema, cells)

        parameters = {
            "rpc": "records/update",
            **{name: data.get(name) for name in ("entity_id", "table", "fields", "base")},
        }
        return self.acted(self.act(verb, parameters), {"entity_id": data["entity_id"]})


@undocumented
class DeleteRecordView(RpcView):
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Delete a record."""
        entity = self.body(shapes.DeleteRecord)["entity_id"]

        def verb(acts: Acts, schema: Schema) -> Verbed:
            return verbs.delete_records(acts, schema, [entity])

        return self.acted(self.act(verb, {"rpc": "records/delete", "entity_id": entity}), {"entity_id": entity})


@undocumented
class RecordView(RpcView):
    def get(self, request: Request, project_id: UUID, record_id: UUID) -> HttpResponseBase:
        """One record."""
        self.access()
        return self.answer(self.record_body(self.record(str(record_id))))


def _base(ids: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(ids)


def _plain(columns: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "options": [dict(option) for option in each.get("options", ())]} for each in columns]
