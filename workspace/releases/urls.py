"""Addresses of a project's releases."""

from __future__ import annotations

from django.urls import URLPattern, path

from workspace.releases import action_views as release_acts
from workspace.releases import views as releases
from workspace.settings import policy_views as policy

urlpatterns: list[URLPattern] = [
    path("reopen/", release_acts.reopen, name="reopen"),
    path("releases/", releases.release_list, name="releases"),
    path("releases/new/", release_acts.submit, name="submit_release"),
    path("releases/policy/", policy.policy, name="policy"),
    path("releases/<uuid:release_id>/", releases.release, name="release"),
    path("releases/<uuid:release_id>/passkey/", releases.passkey, name="release_passkey"),
    path("releases/<uuid:release_id>/notes/", release_acts.notes, name="release_notes"),
    path("releases/<uuid:release_id>/reject/", release_acts.reject, name="reject_release"),
    path("releases/<uuid:release_id>/withdraw/", release_acts.withdraw, name="withdraw_release"),
]
