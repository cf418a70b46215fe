"""Addresses of policies, releases and signatures under ``/api/v1/``."""

from __future__ import annotations

from django.urls import include, path

from publishing import api

of_release = [
    path("", api.OneReleaseView.as_view(), name="api_one_release"),
    path("notes/", api.NotesView.as_view(), name="api_release_notes"),
    path("challenge/", api.ChallengeView.as_view(), name="api_challenge"),
    path("signatures/", api.SignaturesView.as_view(), name="api_signatures"),
    path("bundle/", api.BundleView.as_view(), name="api_bundle"),
    path("reject/", api.RejectView.as_view(), name="api_reject"),
    path("withdraw/", api.WithdrawReleaseView.as_view(), name="api_withdraw"),
]
urlpatterns = [
    path("projects/<uuid:project_id>/policy/", api.PolicyView.as_view(), name="api_policy"),
    path("projects/<uuid:project_id>/releases/", api.ReleasesView.as_view(), name="api_releases"),
    path("releases/<uuid:release_id>/", include(of_release)),
]
