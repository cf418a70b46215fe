"""Addresses of one experiment and its runs; part of `urls.py`."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

EXPERIMENT: Final = "projects/<uuid:project_id>/runs/<uuid:experiment_id>/"
RUN: Final = "projects/<uuid:project_id>/runs/run/<uuid:run_id>/"
urlpatterns: list[URLPattern] = [
    late_path(EXPERIMENT, "stages.runs.pages.experiment_views:experiment", name="experiment"),
    late_path(f"{EXPERIMENT}results/", "stages.runs.pages.result_views:results", name="results"),
    late_path(f"{EXPERIMENT}results/cells/", "stages.runs.pages.result_views:result_cells", name="result_cells"),
    late_path(f"{EXPERIMENT}results/csv/", "stages.runs.pages.result_views:results_file", name="results_file"),
    late_path(f"{EXPERIMENT}stop/", "stages.runs.pages.experiment_views:stop_all", name="stop_all"),
    late_path(f"{EXPERIMENT}compare/", "stages.runs.pages.compare_views:compare", name="compare"),
    late_path(f"{EXPERIMENT}compare/fold/", "stages.runs.pages.compare_views:fold", name="compare_fold"),
    late_path(f"{EXPERIMENT}log/", "stages.runs.pages.text_views:log", name="log"),
    late_path(f"{RUN}answer/", "stages.runs.pages.text_views:answer", name="answer"),
    late_path(f"{RUN}choose/", "stages.runs.pages.choosing_views:choose", name="choose"),
    late_path(f"{RUN}stop/", "stages.runs.pages.experiment_views:stop", name="stop"),
    late_path(f"{RUN}retry/", "stages.runs.pages.experiment_views:retry", name="retry"),
    late_path(f"{RUN}progress/", "stages.runs.pages.refine_views:progress", name="refine_progress"),
    late_path(f"{RUN}propose/", "stages.runs.pages.refine_views:propose", name="propose"),
    late_path(f"{RUN}ask-key/", "stages.runs.pages.experiment_views:ask_key", name="ask_key"),
]
