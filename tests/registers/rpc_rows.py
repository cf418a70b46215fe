"""Rows of the permission matrix: the engine's routes."""

from __future__ import annotations

from typing import Final

from tests.matrix import NOT_ARCHIVED, OPEN, OTHER, REVIEWERS, WRITERS, Row

EDITORS: Final = (WRITERS, OPEN)
HERE: Final = "/api/rpc/{registers}/"
EDGE: Final = {"source": OTHER, "target": OTHER}
MAPPED: Final = {"facet_a": "requirements", "field_a": "title", "facet_b": "risks", "field_b": "title"}
DECIDED: Final = {"entity_id": OTHER, "table": "requirements", "field": "title", "value": "x"}
SET: Final = {"entity_id": "{record}", "table": "requirements", "fields": {"title": "Pump leaks"}}
REST: Final = (
    Row("api_rpc_tables_create", "POST", HERE + "tables/create", 200, *EDITORS, {"name": "Contacts"}),
    Row("api_rpc_tables_list", "GET", HERE + "tables/list", 200),
    Row("api_rpc_records_create", "POST", HERE + "records/create", 200, *EDITORS, {"table": "requirements"}),
    Row("api_rpc_records_list", "GET", HERE + "records/list?table=requirements", 200),
    Row("api_rpc_records_update", "POST", HERE + "records/update", 200, *EDITORS, SET),
    Row("api_rpc_records_delete", "POST", HERE + "records/delete", "not_found", *EDITORS, {"entity_id": OTHER}),
    Row("api_rpc_records_one", "GET", HERE + "records/{record}", 200),
    Row("api_rpc_edges_create", "POST", HERE + "edges/create", "not_found", *EDITORS, EDGE),
    Row("api_rpc_edges_list", "GET", HERE + "edges/list?entity={record}", 200),
    Row(
        *("api_rpc_edges_reorder", "POST", HERE + "edges/reorder", "not_found", *EDITORS),
        {"edge_id": OTHER, "position": 0},
    ),
    Row("api_rpc_field_mappings_confirm", "POST", HERE + "field-mappings/confirm", 200, *EDITORS, MAPPED),
    Row("api_rpc_conflicts_list", "GET", HERE + "conflicts/list", 200),
    Row("api_rpc_conflicts_resolve", "POST", HERE + "conflicts/resolve", "not_found", *EDITORS, DECIDED),
    Row("api_rpc_overlays_create", "POST", HERE + "overlays/create", 200, *EDITORS, {"name": "Draft"}),
    Row("api_rpc_overlays_list", "GET", HERE + "overlays/list", 200),
    Row(
        *("api_rpc_overlays_activate", "POST", HERE + "overlays/activate", "not_found", *EDITORS),
        {"overlay_id": OTHER},
    ),
    # There is no such file.
    Row("api_rpc_blobs_upload", "POST", HERE + "blobs/upload?name=a.txt", 200, REVIEWERS, NOT_ARCHIVED),
    Row("api_rpc_blobs_one", "GET", HERE + f"blobs/{'0' * 64}", "not_found"),
    Row("api_rpc_blobs_one_thumbnail", "GET", HERE + f"blobs/{'0' * 64}/thumbnail", "not_found"),
    # None is active, and nothing was written.
    Row("api_rpc_overlays_stash", "POST", HERE + "overlays/stash", "not_found", *EDITORS),
    Row("api_rpc_overlays_commit", "POST", HERE + "overlays/commit", "not_found", *EDITORS),
    Row("api_rpc_overlays_discard", "POST", HERE + "overlays/discard", "not_found", *EDITORS),
    Row(*("api_rpc_overlays_propose", "POST", HERE + "overlays/propose", "not_found", *EDITORS), {"overlay_id": OTHER}),
    Row("api_rpc_undo", "POST", HERE + "undo", "conflict", *EDITORS),
    Row("api_rpc_redo", "POST", HERE + "redo", "conflict", *EDITORS),
)
