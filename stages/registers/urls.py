"""Addresses of registers under ``/api/v1/``."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/registers/"


def _path(route: str, view: str, name: str) -> URLPattern:
    return late_path(f"{_HERE}{route}", f"stages.registers.api.{view}", name=f"api_registers_{name}")


urlpatterns = [
    _path("tables/", "tables:TablesView", "tables"),
    _path("tables/<str:table>/", "tables:TableView", "table"),
    _path("tables/<str:table>/restore/", "tables:RestoreTableView", "restore_table"),
    _path("tables/<str:table>/columns/", "tables:ColumnsView", "columns"),
    _path("tables/<str:table>/columns/<str:column>/", "tables:ColumnView", "column"),
    _path("tables/<str:table>/views/", "tables:ViewsView", "views"),
    _path("tables/<str:table>/views/<str:name>/", "tables:ViewView", "view"),
    _path("tables/<str:table>/records/", "records:TableRecordsView", "records"),
    _path("relations/", "tables:RelationsView", "relations"),
    _path("relations/<str:relation>/", "tables:RelationView", "relation"),
    _path("cells/", "records:CellsView", "cells"),
    _path("records/<uuid:record_id>/", "records:RecordView", "record"),
    _path("records/<uuid:record_id>/history/", "records:HistoryView", "history"),
    _path("records/<uuid:record_id>/causes/", "records:CausesView", "causes"),
    _path("records/<uuid:record_id>/restore/", "records:RestoreView", "restore"),
    _path("records/<uuid:record_id>/facets/", "records:FacetsView", "facets"),
    _path("records/<uuid:record_id>/facets/<str:table>/", "records:FacetView", "facet"),
    _path("records/<uuid:record_id>/merge/", "records:MergeView", "merge"),
    _path("records/<uuid:record_id>/split/", "records:SplitView", "split"),
    _path("records/<uuid:record_id>/key/", "records:KeyView", "key"),
    _path("records/<uuid:record_id>/text/", "records:TextView", "text"),
    _path("edges/", "links:EdgesView", "edges"),
    _path("edges/confirm/", "links:ConfirmView", "confirm"),
    _path("edges/<uuid:edge_id>/", "links:EdgeView", "edge"),
    _path("mappings/", "links:MappingsView", "mappings"),
    _path("conflicts/", "links:ConflictsView", "conflicts"),
    _path("conflicts/<uuid:conflict_id>/resolve/", "links:ResolveView", "resolve"),
    _path("bundles/", "log:BundlesView", "bundles"),
    _path("undo/", "log:UndoView", "undo"),
    _path("redo/", "log:RedoView", "redo"),
    _path("state/", "log:StateView", "state"),
    _path("import/", "log:ImportView", "import"),
    _path("export/", "log:ExportView", "export"),
    _path("matrix/", "log:MatrixView", "matrix"),
]
