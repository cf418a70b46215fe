"""The address of presence under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from presence import api

urlpatterns = [path("projects/<uuid:project_id>/presence/", api.PresenceView.as_view(), name="api_presence")]
