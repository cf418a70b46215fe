"""Addresses under ``/api/``: version 1 of every app's endpoints, and their description."""

from __future__ import annotations

from django.urls import include, path, re_path

from accounts.rest import NothingHere
from kernel.addresses import API_URLS, included
from rest import docs

urlpatterns = [
    path("v1/", include(included(API_URLS))),
    path("schema/", docs.schema, name="api_schema"),
    path("docs/", docs.docs, name="api_docs"),
    re_path("", NothingHere.as_view()),
]
