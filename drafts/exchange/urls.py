"""Addresses of the export under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from drafts.exchange import api

urlpatterns = [path("projects/<uuid:project_id>/export/", api.ExportView.as_view(), name="api_export")]
