"""Addresses of sessions, locks, leases and kept texts under ``/api/v1/``."""

from __future__ import annotations

from django.urls import include, path

from locking import api

of_project = [
    path("sessions/", api.SessionsView.as_view(), name="api_sessions"),
    path("locks/", api.LocksView.as_view(), name="api_locks"),
    path("locks/renew/", api.RenewView.as_view(), name="api_renew"),
    path("locks/release/", api.ReleaseLockView.as_view(), name="api_release"),
    path("locks/request/", api.RequestView.as_view(), name="api_request"),
    path("locks/withdraw-request/", api.WithdrawRequestView.as_view(), name="api_withdraw_request"),
    path("locks/keep/", api.KeepView.as_view(), name="api_keep"),
    path("locks/hand-over/", api.HandOverView.as_view(), name="api_hand_over"),
    path("locks/take-over/", api.TakeOverView.as_view(), name="api_take_over"),
    path("leases/", api.LeasesView.as_view(), name="api_leases"),
    path("working-copies/", api.WorkingCopiesView.as_view(), name="api_working_copies"),
    path("working-copies/<uuid:working_copy_id>/", api.OneWorkingCopyView.as_view(), name="api_working_copy"),
]
urlpatterns = [path("projects/<uuid:project_id>/", include(of_project))]
