"""Addresses of the conflict inbox."""

from __future__ import annotations

from typing import Final

from kernel.late import late_path

CONFLICTS: Final = "projects/<uuid:project_id>/registers/conflicts/"
_VIEWS: Final = "stages.registers.pages.conflict_views"
urlpatterns = [
    late_path(CONFLICTS, f"{_VIEWS}:conflicts", name="conflicts"),
    late_path(f"{CONFLICTS}<uuid:conflict_id>/keep/", f"{_VIEWS}:keep", name="conflict_keep"),
    late_path(f"{CONFLICTS}<uuid:conflict_id>/decide/", f"{_VIEWS}:decide", name="conflict_decide"),
    late_path(f"{CONFLICTS}<uuid:conflict_id>/key/", f"{_VIEWS}:give_key", name="conflict_key"),
]
