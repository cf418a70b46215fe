"""Addresses below ``/api/rpc/``, without a slash at their ends."""

from __future__ import annotations

from django.urls import URLPattern

from drafts.attachments.urls import ContentHash  # noqa: F401 (the converter is there once it is loaded)
from kernel.late import late_path


def _path(route: str, view: str) -> URLPattern:
    name = "api_rpc_" + route.replace("/", "_").replace("-", "_")
    name = name.replace("<uuid:record_id>", "one").replace("<content_hash:content_hash>", "one")
    return late_path(f"<uuid:project_id>/{route}", f"stages.registers.rpc.{view}", name=name)


urlpatterns = [
    _path("tables/create", "tables:CreateTableView"),
    _path("tables/list", "tables:ListTablesView"),
    _path("records/create", "tables:CreateRecordView"),
    _path("records/list", "tables:ListRecordsView"),
    _path("records/update", "tables:UpdateRecordView"),
    _path("records/delete", "tables:DeleteRecordView"),
    _path("records/<uuid:record_id>", "tables:RecordView"),
    _path("edges/create", "edges:CreateEdgeView"),
    _path("edges/list", "edges:ListEdgesView"),
    _path("edges/reorder", "edges:ReorderEdgeView"),
    _path("field-mappings/confirm", "edges:ConfirmMappingView"),
    _path("conflicts/list", "edges:ListConflictsView"),
    _path("conflicts/resolve", "edges:ResolveConflictView"),
    _path("overlays/create", "overlays:CreateOverlayView"),
    _path("overlays/list", "overlays:ListOverlaysView"),
    _path("overlays/activate", "overlays:ActivateOverlayView"),
    _path("overlays/stash", "overlays:StashOverlayView"),
    _path("overlays/commit", "overlays:CommitOverlayView"),
    _path("overlays/discard", "overlays:DiscardOverlayView"),
    _path("overlays/propose", "overlays:ProposeOverlayView"),
    _path("blobs/upload", "blobs:UploadView"),
    _path("blobs/<content_hash:content_hash>", "blobs:FileView"),
    _path("blobs/<content_hash:content_hash>/thumbnail", "blobs:ThumbnailView"),
    _path("undo", "overlays:UndoView"),
    _path("redo", "overlays:RedoView"),
]
