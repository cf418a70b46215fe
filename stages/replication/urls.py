"""Addresses of replication under ``/api/v1/``."""

from __future__ import annotations

from stages.replication.admission.urls import urlpatterns as of_admission

urlpatterns = [
    *of_admission,
]
