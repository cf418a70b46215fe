"""Addresses of the copied record under ``/api/v1/``."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern

from kernel.late import late_path

_HERE: Final = "projects/<uuid:project_id>/home/"
_VIEWS: Final = "stages.replication.home.api"

urlpatterns: list[URLPattern] = [
    late_path(_HERE, f"{_VIEWS}:OverviewView", name="api_home"),
    late_path(f"{_HERE}versions/", f"{_VIEWS}:VersionsView", name="api_home_versions"),
    late_path(f"{_HERE}versions/<int:number>/", f"{_VIEWS}:VersionView", name="api_home_version"),
    late_path(f"{_HERE}versions/<int:number>/text/", f"{_VIEWS}:TextView", name="api_home_text"),
    late_path(f"{_HERE}compare/", f"{_VIEWS}:CompareView", name="api_home_compare"),
    late_path(f"{_HERE}releases/", f"{_VIEWS}:ReleasesView", name="api_home_releases"),
    late_path(f"{_HERE}leases/", f"{_VIEWS}:LeasesView", name="api_home_leases"),
    late_path(f"{_HERE}files/<str:blake3>/", f"{_VIEWS}:FileView", name="api_home_file"),
]
