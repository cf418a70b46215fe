"""Addresses under ``/api/``: version 1 of every app's endpoints, and their description."""

from __future__ import annotations

from django.urls import include, path, re_path

from accounts.rest import NothingHere
from rest import docs

version_1 = [
    path("", include(app))
    for app in (
        "accounts.api_urls",
        "notifications.urls",
        "projects.urls",
        "presence.urls",
        "locking.urls",
        "drafts.urls",
        "drafts.exchange.urls",
        "publishing.urls",
    )
]
urlpatterns = [
    path("v1/", include(version_1)),
    path("schema/", docs.schema, name="api_schema"),
    path("docs/", docs.docs, name="api_docs"),
    re_path("", NothingHere.as_view()),
]
