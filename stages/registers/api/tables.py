"""Tables, columns, relations and saved views over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from rest.schema import operation
from stages.registers.api import table_serializers as shapes
from stages.registers.api.base import RegisterView
from stages.registers.api.base_serializers import WrittenInfo
from stages.registers.reading.tables import tables
from stages.registers.schema.spelling import column_body, relation_body, table_body, view_body
from stages.registers.services import tables as services


def _columns(data: dict[str, Any]) -> dict[str, Any]:
    """The body's columns as plain objects."""
    return {**data, "columns": [dict(each) for each in data.get("columns", ())]}


class TablesView(RegisterView):
    @operation("registers_tables", answer=shapes.TableList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The tables of a project with their columns."""
        self.access()
        listed = tables(project_id, reader=self.reader)
        return self.answer({"results": [{**table_body(each.table), "count": each.count} for each in listed]})

    @operation("registers_create_table", takes=shapes.NewTable, answer=WrittenInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a table with columns."""
        data = _columns(self.body(shapes.NewTable))
        return self.written(services.create_table(caller=self.caller(), project_id=project_id, **data), status=201)


class TableView(RegisterView):
    @operation("registers_table", answer=shapes.TableInfo)
    def get(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """One table with its columns."""
        self.access()
        found = self.table(table)
        count = next(each.count for each in tables(project_id, reader=self.reader) if each.table.facet == table)
        return self.answer({**table_body(found), "count": count})

    @operation("registers_change_table", takes=shapes.ChangedTable, answer=WrittenInfo)
    def patch(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """Change what it is called, or the prefix of its keys."""
        data = self.body(shapes.ChangedTable)
        return self.written(services.change_table(caller=self.caller(), project_id=project_id, table=table, **data))

    @operation("registers_remove_table", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """Take a table away. Its records stay in the history, and come back with it."""
        return self.written(services.remove_table(caller=self.caller(), project_id=project_id, table=table))


class RestoreTableView(RegisterView):
    @operation("registers_restore_table", answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """Bring a table back that was taken away."""
        return self.written(services.restore_table(caller=self.caller(), project_id=project_id, table=table))


class ColumnsView(RegisterView):
    @operation("registers_add_column", takes=shapes.NewColumn, answer=WrittenInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """Add a column, the last one."""
        column = _plain(self.body(shapes.NewColumn))
        done = services.add_column(caller=self.caller(), project_id=project_id, table=table, column=column)
        return self.written(done, status=201)


class ColumnView(RegisterView):
    @operation("registers_column", answer=shapes.ColumnInfo)
    def get(self, request: Request, project_id: UUID, table: str, column: str) -> HttpResponseBase:
        """One column."""
        self.access()
        found = self.column(table, column)
        return self.answer(column_body(found))

    @operation("registers_change_column", takes=shapes.ChangedColumn, answer=WrittenInfo)
    def patch(self, request: Request, project_id: UUID, table: str, column: str) -> HttpResponseBase:
        """Change a column. Values that do not fit any more stay, and are shown so."""
        changes = _plain(self.body(shapes.ChangedColumn))
        return self.written(
            services.change_column(
                caller=self.caller(), project_id=project_id, table=table, column=column, changes=changes
            )
        )

    @operation("registers_remove_column", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, table: str, column: str) -> HttpResponseBase:
        """Take a column away. Its values come back with a column of its name."""
        return self.written(
            services.remove_column(caller=self.caller(), project_id=project_id, table=table, column=column)
        )


class RelationsView(RegisterView):
    @operation("registers_relations", answer=shapes.RelationList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The kinds of links of a project."""
        self.access()
        return self.answer({"results": [relation_body(each) for each in self.reader.schema.relations.values()]})

    @operation("registers_add_relation", takes=shapes.NewRelation, answer=WrittenInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Make a kind of links."""
        relation = _plain(self.body(shapes.NewRelation))
        done = services.add_relation(caller=self.caller(), project_id=project_id, relation=relation)
        return self.written(done, status=201)


class RelationView(RegisterView):
    @operation("registers_change_relation", takes=shapes.ChangedRelation, answer=WrittenInfo)
    def patch(self, request: Request, project_id: UUID, relation: str) -> HttpResponseBase:
        """Change what a kind of links is called, or its properties."""
        changes = _plain(self.body(shapes.ChangedRelation))
        return self.written(
            services.change_relation(caller=self.caller(), project_id=project_id, relation=relation, changes=changes)
        )

    @operation("registers_remove_relation", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, relation: str) -> HttpResponseBase:
        """Take a kind of links away; its links stay."""
        return self.written(services.remove_relation(caller=self.caller(), project_id=project_id, relation=relation))


class ViewsView(RegisterView):
    @operation("registers_views", answer=shapes.ViewList)
    def get(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """The saved views of a table."""
        self.access()
        views = self.reader.schema.views_of(self.table(table).facet)
        return self.answer({"results": [view_body(each) for each in views]})

    @operation("registers_save_view", takes=shapes.NewView, answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID, table: str) -> HttpResponseBase:
        """Keep a filter, order and choice of columns under a name."""
        data = self.body(shapes.NewView)
        return self.written(services.save_view(caller=self.caller(), project_id=project_id, table=table, **data))


class ViewView(RegisterView):
    @operation("registers_remove_view", answer=WrittenInfo)
    def delete(self, request: Request, project_id: UUID, table: str, name: str) -> HttpResponseBase:
        """Take a saved view away."""
        return self.written(services.remove_view(caller=self.caller(), project_id=project_id, table=table, name=name))


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """A body without the ordered dictionaries of its parts."""
    if "options" in data:
        data["options"] = [dict(each) for each in data["options"]]
    return data
