"""Addresses of pads under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [
    late_path("projects/<uuid:project_id>/pads/", "stages.pads.api:PadsView", name="api_pads"),
    late_path("pads/<uuid:pad_id>/", "stages.pads.api:PadView", name="api_pad"),
    late_path("pads/<uuid:pad_id>/close/", "stages.pads.api:ClosePadView", name="api_pad_close"),
    late_path("pads/<uuid:pad_id>/reopen/", "stages.pads.api:ReopenPadView", name="api_pad_reopen"),
    late_path(
        "pads/<uuid:pad_id>/revisions/<int:revision>/",
        "stages.pads.revisions_api:RevisionView",
        name="api_pad_revision",
    ),
    late_path("pads/<uuid:pad_id>/changes/", "stages.pads.revisions_api:ChangesView", name="api_pad_changes"),
    late_path("pads/<uuid:pad_id>/timeline/", "stages.pads.revisions_api:TimelineView", name="api_pad_timeline"),
    late_path("pads/<uuid:pad_id>/log/", "stages.pads.revisions_api:LogView", name="api_pad_log"),
    late_path("pads/<uuid:pad_id>/promote/", "stages.pads.promoting_api:PromoteView", name="api_pad_promote"),
    late_path("pads/<uuid:pad_id>/propose/", "stages.pads.promoting_api:ProposeView", name="api_pad_propose"),
    late_path("pads/<uuid:pad_id>/edits/", "stages.pads.revisions_api:EditsView", name="api_pad_edits"),
    late_path("pads/<uuid:pad_id>/restore/", "stages.pads.revisions_api:RestoreView", name="api_pad_restore"),
    late_path("pads/<uuid:pad_id>/take-back/", "stages.pads.revisions_api:TakeBackView", name="api_pad_take_back"),
]
