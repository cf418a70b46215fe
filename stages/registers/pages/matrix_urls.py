"""Addresses of the traceability matrix."""

from __future__ import annotations

from typing import Final

from kernel.late import late_path

MATRIX: Final = "projects/<uuid:project_id>/registers/traceability/"
_VIEWS: Final = "stages.registers.pages.matrix_views"
urlpatterns = [
    late_path(MATRIX, f"{_VIEWS}:traceability", name="matrix"),
    late_path(f"{MATRIX}pair/", f"{_VIEWS}:pair", name="matrix_pair"),
    late_path(f"{MATRIX}link/", f"{_VIEWS}:link", name="matrix_link"),
    late_path(f"{MATRIX}unlink/", f"{_VIEWS}:unlink", name="matrix_unlink"),
    late_path(f"{MATRIX}confirm/", f"{_VIEWS}:confirm", name="matrix_confirm"),
    late_path(f"{MATRIX}export/", f"{_VIEWS}:export", name="matrix_export"),
]
