"""Addresses of a project's history: versions, moments, reverting, searching."""

from __future__ import annotations

from django.urls import URLPattern, path

from workspace.history import revert_views as restoring
from workspace.history import snapshot_views as past
from workspace.history import views as history
from workspace.search import views as searching

urlpatterns: list[URLPattern] = [
    path("versions/<int:version>/", past.version, name="version"),
    path("versions/<int:version>/revert/", restoring.revert, name="revert"),
    path("at/", past.moment, name="moment"),
    path("history/distance/", history.distance, name="versions_apart"),
    path("history/undo/", restoring.undo, name="undo"),
    path("history/redo/", restoring.redo, name="redo"),
    path("search/", searching.search, name="search"),
]
