"""Addresses of the pages of the copied record."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/home/"
_VIEWS: Final = "stages.replication.home.pages.views"
_COMPARE: Final = "stages.replication.home.pages.compare_views"

app_name = "replication_home"
urlpatterns: list[URLPattern] = [
    late_path(_HERE, f"{_VIEWS}:overview", name="overview"),
    late_path(f"{_HERE}versions/", f"{_VIEWS}:versions", name="versions"),
    late_path(f"{_HERE}versions/<int:number>/", f"{_VIEWS}:version", name="version"),
    late_path(f"{_HERE}compare/", f"{_COMPARE}:compare", name="compare"),
    late_path(f"{_HERE}compare/fold/", f"{_COMPARE}:fold", name="compare_fold"),
    late_path(f"{_HERE}releases/", f"{_VIEWS}:releases", name="releases"),
    late_path(f"{_HERE}releases/<uuid:release_id>/", f"{_VIEWS}:release", name="release"),
    late_path(f"{_HERE}leases/", f"{_VIEWS}:leases", name="leases"),
    late_path(f"{_HERE}files/<str:blake3>/", "stages.replication.home.pages.file_views:file", name="file"),
]
