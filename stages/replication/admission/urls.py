"""Addresses of sites and invitations under ``/api/v1/``."""

from __future__ import annotations

from kernel.late import late_path

_SITES = "projects/<uuid:project_id>/sites/"
_SITE = f"{_SITES}<str:key>/"
_VIEWS = "stages.replication.admission.api.views"

urlpatterns = [
    late_path("projects/join/", f"{_VIEWS}:JoinView", name="api_projects_join"),
    late_path(_SITES, f"{_VIEWS}:SitesView", name="api_sites"),
    late_path(f"{_SITES}invitations/", f"{_VIEWS}:InvitationsView", name="api_site_invitations"),
    late_path(
        f"{_SITES}invitations/<uuid:invitation_id>/withdraw/",
        f"{_VIEWS}:WithdrawInvitationView",
        name="api_site_invitation_withdraw",
    ),
    late_path(f"{_SITE}admit/", f"{_VIEWS}:AdmitView", name="api_site_admit"),
    late_path(f"{_SITE}rights/", f"{_VIEWS}:RightsView", name="api_site_rights"),
    late_path(f"{_SITE}revoke/", f"{_VIEWS}:RevokeView", name="api_site_revoke"),
    late_path(f"{_SITE}follow/", f"{_VIEWS}:FollowView", name="api_site_follow"),
    late_path(f"{_SITE}sync/", f"{_VIEWS}:SyncView", name="api_site_sync"),
]
