"""Models over REST: of a project, of the whole site, and one by one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.rest import SiteView
from projects.access import get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.schema import operation, page_of
from stages.runs import serializers as shapes
from stages.runs import services
from stages.runs.checking import check_profile_for
from stages.runs.models import ModelProfile
from stages.runs.reading import profile_body, visible_profile


class ProjectProfilesView(ProjectView):
    write_action = "profile.manage"

    @operation("profiles_list_in_project", answer=page_of(shapes.ProfileInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The models of a project, and those of the whole site, newest first."""
        self.access()
        profiles = ModelProfile.objects.usable_in(project_id).for_readers()
        return self.answer(page(request, profiles, profile_body))

    @operation(
        "profiles_create_in_project", takes=shapes.NewProfile, answer=shapes.ProfileInfo, status=201, repeatable=True
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Add a model to the project. Its key is never shown again."""
        made = services.create_profile(caller=self.caller(), project_id=project_id, **self.body(shapes.NewProfile))
        return self.answer(profile_body(made), 200 if made.repeated else 201)


class _SiteProfileView(SiteView):
    site_permission = "profile.manage"


class SiteProfilesView(_SiteProfileView):
    @operation("profiles_list", answer=page_of(shapes.ProfileInfo), paged=True)
    def get(self, request: Request) -> HttpResponseBase:
        """The models of the whole site, newest first."""
        return self.answer(page(request, ModelProfile.objects.filter(project=None).for_readers(), profile_body))

    @operation("profiles_create", takes=shapes.NewProfile, answer=shapes.ProfileInfo, status=201)
    def post(self, request: Request) -> HttpResponseBase:
        """Add a model for every project of the site. Only administrators may."""
        made = services.create_profile(caller=self.caller(), project_id=None, **self.body(shapes.NewProfile))
        return self.answer(profile_body(made), 201)


class OneProfileView(_SiteProfileView):
    """One model, whose address does not name its project."""

    def check_access(self) -> None:
        profile = visible_profile(user=self.user(), profile_id=self.kwargs["profile_id"])
        if profile.project_id is None:
            super().check_access()
        elif self.request.method not in SAFE_METHODS:
            get_project(user=self.user(), project_id=profile.project_id, action="profile.manage")


class ProfileView(OneProfileView):
    @operation("profiles_read", answer=shapes.ProfileInfo)
    def get(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """One model."""
        return self.answer(profile_body(visible_profile(user=self.user(), profile_id=profile_id)))

    @operation("profiles_update", takes=shapes.ChangedProfile, answer=shapes.ProfileInfo)
    def patch(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """Change name, prices or limit, or disable it. Provider, model and address never change."""
        given = self.body(shapes.ChangedProfile)
        self.check_access()
        profile = services.update_profile(caller=self.caller(), profile_id=profile_id, **given)
        return self.answer(profile_body(profile))


class ProfileKeyView(OneProfileView):
    @operation("profiles_replace_key", takes=shapes.NewKey, answer=shapes.ProfileInfo)
    def put(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """Give it another key. The one before is deleted."""
        given = self.body(shapes.NewKey)
        self.check_access()
        profile = services.replace_key(caller=self.caller(), profile_id=profile_id, **given)
        return self.answer(profile_body(profile))


class ProfileCheckView(OneProfileView):
    @operation("profiles_check", answer=shapes.ProfileCheckInfo)
    def post(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """Ask the provider whether it knows the model and takes the key. Costs nothing, and is not recorded."""
        self.check_access()
        found = check_profile_for(self.user(), visible_profile(user=self.user(), profile_id=profile_id))
        return self.answer({"is_ready": found.is_ready, "cause": found.cause, "detail": found.detail})
