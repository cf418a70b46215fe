"""Addresses of the pages of executions."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/automation/executions/"
_ONE: Final = f"{_HERE}<uuid:execution_id>/"
_VIEWS: Final = "stages.automation.pages.execution_views"

of_executions: Final[list[URLPattern]] = [
    late_path(_HERE, f"{_VIEWS}:executions", name="executions"),
    late_path(_ONE, f"{_VIEWS}:execution", name="execution"),
    late_path(f"{_ONE}log/", f"{_VIEWS}:whole_log", name="execution_log"),
    *(
        late_path(f"{_ONE}{each}/", f"{_VIEWS}:{each}", name=f"{each}_execution")
        for each in ("stop", "commit", "share", "discard")
    ),
]
