"""The address of past moments under ``/api/v1/``."""

from __future__ import annotations

from django.urls import path

from drafts.moments.api import MomentsView

of_project = [path("moments/", MomentsView.as_view(), name="api_moments")]
