"""Addresses of discovery under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

urlpatterns = [
    late_path(
        "projects/<uuid:project_id>/sites/nearby/",
        "stages.replication.discovery.api:NearbySitesView",
        name="api_sites_nearby",
    ),
]
