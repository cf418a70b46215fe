"""Addresses of replication under ``/api/v1/``."""

from __future__ import annotations

from stages.replication.admission.urls import urlpatterns as of_admission
from stages.replication.discovery.urls import urlpatterns as of_discovery

urlpatterns = [
    *of_admission,
    *of_discovery,
]
