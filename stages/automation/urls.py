"""Addresses of automation under ``/api/v1/``."""

from __future__ import annotations

from stages.automation.api.passage_urls import of_passages

urlpatterns = [
    *of_passages,
]
