"""Rows of the permission matrix: registers over REST."""

from __future__ import annotations

from typing import Final

from tests.matrix import OPEN, OTHER, WRITERS, Row

EDITORS = (WRITERS, OPEN)
HERE = "registers/"
TABLE = HERE + "tables/requirements/"
RECORD = HERE + "records/{record}/"
NOBODY = HERE + f"records/{OTHER}/"
COLUMNS = [{"name": "title"}, {"name": "body", "crdt": True}]
MAPPED = {"facet_a": "requirements", "field_a": "title", "facet_b": "risks", "field_b": "title"}
CELL = {"record": OTHER, "table": "requirements", "field": "title", "value": "x"}
REST: Final = (
    Row("api_registers_tables", "GET", HERE + "tables/", 200),
    Row("api_registers_tables", "POST", HERE + "tables/", 201, *EDITORS, {"table": "models"}),
    Row("api_registers_table", "GET", TABLE, 200),
    Row("api_registers_table", "PATCH", TABLE, 200, *EDITORS, {"title": "Requirements"}),
    Row("api_registers_table", "DELETE", HERE + "tables/risks/", 200, *EDITORS),
    # It is not removed.
    Row("api_registers_restore_table", "POST", TABLE + "restore/", "conflict", *EDITORS),
    Row("api_registers_columns", "POST", TABLE + "columns/", 201, *EDITORS, {"name": "due"}),
    Row("api_registers_column", "GET", TABLE + "columns/title/", 200),
    Row("api_registers_column", "PATCH", TABLE + "columns/title/", 200, *EDITORS, {"title": "Title"}),
    Row("api_registers_column", "DELETE", TABLE + "columns/body/", 200, *EDITORS),
    Row("api_registers_views", "GET", TABLE + "views/", 200),
    Row("api_registers_views", "POST", TABLE + "views/", 200, *EDITORS, {"name": "All", "query": ""}),
    Row("api_registers_view", "DELETE", TABLE + "views/nothing/", "not_found", *EDITORS),
    Row("api_registers_records", "GET", TABLE + "records/", 200),
    Row("api_registers_records", "POST", TABLE + "records/", 201, *EDITORS, {"values": {"title": "Pump stops"}}),
    Row("api_registers_relations", "GET", HERE + "relations/", 200),
    Row("api_registers_relations", "POST", HERE + "relations/", 201, *EDITORS, {"type": "verifies"}),
    Row("api_registers_relation", "PATCH", HERE + "relations/nothing/", "not_found", *EDITORS, {"title": "x"}),
    Row("api_registers_relation", "DELETE", HERE + "relations/nothing/", "not_found", *EDITORS),
    Row("api_registers_cells", "POST", HERE + "cells/", "not_found", *EDITORS, {"cells": [CELL]}),
    Row("api_registers_record", "GET", RECORD, 200),
    Row(
        *("api_registers_record", "PATCH", RECORD, 200, *EDITORS),
        {"table": "requirements", "values": {"title": "Pump leaks"}},
    ),
    Row("api_registers_record", "DELETE", NOBODY, "not_found", *EDITORS),
    Row("api_registers_history", "GET", RECORD + "history/", 200),
    Row("api_registers_causes", "GET", RECORD + "causes/", 200),
    Row("api_registers_restore", "POST", RECORD + "restore/", "conflict", *EDITORS),
    Row("api_registers_facets", "POST", RECORD + "facets/", "conflict", *EDITORS, {"table": "requirements"}),
    Row("api_registers_facet", "DELETE", RECORD + "facets/requirements/", "conflict", *EDITORS),
    Row("api_registers_merge", "POST", RECORD + "merge/", "not_found", *EDITORS, {"absorbed": OTHER}),
    Row("api_registers_split", "POST", RECORD + "split/", "conflict", *EDITORS, {"member": OTHER}),
    Row("api_registers_key", "POST", RECORD + "key/", 200, *EDITORS, {"table": "requirements"}),
    Row(
        *("api_registers_text", "PUT", RECORD + "text/", 200, *EDITORS),
        {"table": "requirements", "field": "body", "text": "At once."},
    ),
    Row("api_registers_edges", "GET", HERE + "edges/", 200),
    Row("api_registers_edges", "POST", HERE + "edges/", "not_found", *EDITORS, {"source": OTHER, "target": OTHER}),
    Row("api_registers_confirm", "POST", HERE + "edges/confirm/", "not_found", *EDITORS, {"edges": [OTHER]}),
    Row("api_registers_edge", "PATCH", HERE + f"edges/{OTHER}/", "not_found", *EDITORS, {"at": 0}),
    Row("api_registers_edge", "DELETE", HERE + f"edges/{OTHER}/", "not_found", *EDITORS),
    Row("api_registers_mappings", "GET", HERE + "mappings/", 200),
    Row("api_registers_mappings", "POST", HERE + "mappings/", 200, *EDITORS, {**MAPPED, "preview": True}),
    Row("api_registers_conflicts", "GET", HERE + "conflicts/", 200),
    Row("api_registers_resolve", "POST", HERE + f"conflicts/{OTHER}/resolve/", "not_found", *EDITORS, {"value": 1}),
    Row("api_registers_bundles", "GET", HERE + "bundles/", 200),
    # There is nothing of theirs.
    Row("api_registers_undo", "POST", HERE + "undo/", "conflict", WRITERS, OPEN),
    Row("api_registers_redo", "POST", HERE + "redo/", "conflict", WRITERS, OPEN),
    Row("api_registers_state", "GET", HERE + "state/", 200),
    Row(
        *("api_registers_import", "POST", HERE + "import/", 200, *EDITORS),
        {"table": "requirements", "text": "title\nPump stops", "dry_run": True},
    ),
    Row("api_registers_export", "GET", HERE + "export/?table=requirements", 200),
    # There is no relation.
    Row("api_registers_matrix", "GET", HERE + "matrix/", "not_found"),
)
