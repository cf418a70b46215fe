"""Sites of a project, and invitations, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.rest import SiteView
from projects.access import Access, get_project
from projects.models import Role
from projects.rest import ProjectView
from projects.serializers import ProjectInfo, project_body
from rest.pagination import page
from rest.schema import operation, page_of
from stages.replication.admission import services
from stages.replication.admission.api import serializers as shapes
from stages.replication.admission.api.bodies import invitation_body, site_body, sites_body
from stages.replication.models import Invitation
from stages.replication.permissions import ADMIT, CHANGE_RIGHTS, INVITE, JOIN, READ, REVOKE, SYNC


class JoinView(SiteView):
    site_permission = JOIN

    @operation("projects_join", takes=shapes.JoinProject, answer=ProjectInfo, status=201, repeatable=True)
    def post(self, request: Request) -> HttpResponseBase:
        """Join the project of another site, by an invitation. Administrators only; I become the replica's owner."""
        project = services.join_project(caller=self.caller(), text=self.body(shapes.JoinProject)["invitation"])
        return self.answer(project_body(project, Role.OWNER), 200 if project.repeated else 201)


class _SitesView(ProjectView):
    """Whoever sees the project may read of its sites."""

    read_action = READ

    def access(self) -> Access:
        action = self.read_action if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.project_id, action=action)


class SitesView(_SitesView):
    @operation("sites_list", answer=shapes.SitesInfo)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The other sites of the project, introduced and revoked ones included, and whether all have the same."""
        self.access()
        return self.answer(sites_body(project_id))


class InvitationsView(_SitesView):
    read_action = write_action = INVITE

    @operation("sites_list_invitations", answer=page_of(shapes.InvitationInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The invitations of sites, newest first. Owners only."""
        self.access()
        return self.answer(page(request, Invitation.objects.filter(project=project_id), invitation_body))

    @operation("sites_invite", takes=shapes.NewInvitation, answer=shapes.MadeInvitation, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Invite a site: the answer has the text to send, once. It is good for one site, and for a day."""
        given = {"copies": False, **self.body(shapes.NewInvitation)}
        made = services.invite_site(caller=self.caller(), project_id=project_id, **given)
        body = {**invitation_body(made.invitation), "text": made.text}
        return self.answer(body, 201 if made.text else 200)


class WithdrawInvitationView(_SitesView):
    write_action = INVITE

    @operation("sites_withdraw_invitation", answer=shapes.InvitationInfo)
    def post(self, request: Request, project_id: UUID, invitation_id: UUID) -> HttpResponseBase:
        """Make an invitation useless."""
        self.access()
        invitation = services.withdraw_invitation(
            caller=self.caller(), project_id=project_id, invitation_id=invitation_id
        )
        return self.answer(invitation_body(invitation))


class AdmitView(_SitesView):
    write_action = ADMIT

    @operation("sites_admit", takes=shapes.AdmitSite, answer=shapes.SiteInfo)
    def post(self, request: Request, project_id: UUID, key: str) -> HttpResponseBase:
        """Admit a site by its key, such as one that another site introduced. Compare the key with its people first."""
        given: dict[str, Any] = {"copies": False, **self.body(shapes.AdmitSite)}
        peer = services.admit_site(caller=self.caller(), project_id=project_id, key=key, **given)
        return self.answer(site_body(peer))


class RightsView(_SitesView):
    write_action = CHANGE_RIGHTS

    @operation("sites_change_rights", takes=shapes.ChangeRights, answer=shapes.SiteInfo)
    def post(self, request: Request, project_id: UUID, key: str) -> HttpResponseBase:
        """Change what a site may do, or where it is dialled, for a reason."""
        given = self.body(shapes.ChangeRights)
        peer = services.change_rights(caller=self.caller(), project_id=project_id, key=key, **given)
        return self.answer(site_body(peer))


class RevokeView(_SitesView):
    write_action = REVOKE

    @operation("sites_revoke", takes=shapes.RevokeSite, answer=shapes.SiteInfo)
    def post(self, request: Request, project_id: UUID, key: str) -> HttpResponseBase:
        """Revoke a site, for a reason: its links end, and of its bundles those up to the cut count."""
        given = self.body(shapes.RevokeSite)
        peer = services.revoke_site(caller=self.caller(), project_id=project_id, key=key, **given)
        return self.answer(site_body(peer))


class FollowView(_SitesView):
    write_action = REVOKE

    @operation("sites_follow", answer=shapes.SiteInfo)
    def post(self, request: Request, project_id: UUID, key: str) -> HttpResponseBase:
        """Revoke a site as another one has; what that one had accepted of it comes in here, too."""
        self.access()
        return self.answer(site_body(services.follow_revocation(caller=self.caller(), project_id=project_id, key=key)))


class SyncView(_SitesView):
    write_action = SYNC

    @operation("sites_sync", answer=shapes.SiteInfo)
    def post(self, request: Request, project_id: UUID, key: str) -> HttpResponseBase:
        """Dial a site now, without waiting for the next try."""
        self.access()
        return self.answer(site_body(services.sync_site(caller=self.caller(), project_id=project_id, key=key)))
