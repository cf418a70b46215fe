"""The address of search under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from drafts.search.api import SearchView

of_project = [path("search/", SearchView.as_view(), name="api_search")]
