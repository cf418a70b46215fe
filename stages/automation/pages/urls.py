"""Addresses of the pages of automation."""

from __future__ import annotations

from stages.automation.pages.passage_urls import of_passages

app_name = "automation"
urlpatterns = [
    *of_passages,
]
