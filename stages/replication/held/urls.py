"""Addresses of held bundles under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

_HERE = "projects/<uuid:project_id>/held/"
_ONE = f"{_HERE}<uuid:held_id>/"
_API = "stages.replication.held.api"

urlpatterns = [
    late_path(_HERE, f"{_API}:HeldView", name="api_held"),
    late_path(f"{_ONE}release/", f"{_API}:ReleaseView", name="api_held_release"),
    late_path(f"{_ONE}discard/", f"{_API}:DiscardView", name="api_held_discard"),
    late_path(f"{_ONE}re-enter/", f"{_API}:ReEnterView", name="api_held_re_enter"),
]
