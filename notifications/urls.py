"""Addresses of the inbox under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from notifications import api

urlpatterns = [
    path("inbox/", api.InboxView.as_view(), name="api_inbox"),
    path("inbox/count/", api.CountView.as_view(), name="api_inbox_count"),
    path("inbox/read/", api.ReadAllView.as_view(), name="api_inbox_read_all"),
    path("inbox/<uuid:notification_id>/read/", api.ReadView.as_view(), name="api_inbox_read"),
]
