"""Addresses of pads under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [
    late_path("projects/<uuid:project_id>/pads/", "stages.pads.api:PadsView", name="api_pads"),
    late_path("pads/<uuid:pad_id>/", "stages.pads.api:PadView", name="api_pad"),
    late_path("pads/<uuid:pad_id>/close/", "stages.pads.api:ClosePadView", name="api_pad_close"),
    late_path("pads/<uuid:pad_id>/reopen/", "stages.pads.api:ReopenPadView", name="api_pad_reopen"),
]
