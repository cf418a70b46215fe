"""Addresses of one experiment and its runs; part of `urls.py`."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from stages.runs.pages import compare_views, refine_views, result_views, text_views
from stages.runs.pages import experiment_views as views

EXPERIMENT: Final = "projects/<uuid:project_id>/runs/<uuid:experiment_id>/"
RUN: Final = "projects/<uuid:project_id>/runs/run/<uuid:run_id>/"
urlpatterns: list[URLPattern] = [
    path(EXPERIMENT, views.experiment, name="experiment"),
    path(f"{EXPERIMENT}results/", result_views.results, name="results"),
    path(f"{EXPERIMENT}results/csv/", result_views.results_file, name="results_file"),
    path(f"{EXPERIMENT}stop/", views.stop_all, name="stop_all"),
    path(f"{EXPERIMENT}compare/", compare_views.compare, name="compare"),
    path(f"{EXPERIMENT}compare/fold/", compare_views.fold, name="compare_fold"),
    path(f"{EXPERIMENT}log/", text_views.log, name="log"),
    path(f"{RUN}answer/", text_views.answer, name="answer"),
    path(f"{RUN}stop/", views.stop, name="stop"),
    path(f"{RUN}retry/", views.retry, name="retry"),
    path(f"{RUN}progress/", refine_views.progress, name="refine_progress"),
    path(f"{RUN}propose/", refine_views.propose, name="propose"),
    path(f"{RUN}ask-key/", views.ask_key, name="ask_key"),
]
