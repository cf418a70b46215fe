"""Where models are managed: in the settings of a project, or for the whole site on a page of administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound, PermissionDenied
from kernel.site_permissions import may_on_site
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from stages.runs.costs import budget_of
from stages.runs.models import Meter, ModelProfile
from stages.runs.pages.section_names import MODELS
from stages.runs.reading import load_profile
from workspace.decorators import PageRequest
from workspace.sections import SectionContext
from workspace.settings.views import settings_page


@dataclass(frozen=True, slots=True)
class Place:
    """The models of a project, or of the site (`access` is None), for somebody who may manage them."""

    access: Access | None

    @property
    def project_id(self) -> UUID | None:
        return self.access.project.id if self.access else None

    @property
    def home(self) -> str:
        """The address of the list."""
        if self.access is None:
            return reverse("runs:site_models")
        return f"{reverse('workspace:settings', args=[self.access.project.id])}#models"

    def profile(self, profile_id: UUID) -> ModelProfile:
        """A model that is managed here. Raises `NotFound`."""
        found = load_profile(profile_id)
        if found.project_id != self.project_id:
            raise NotFound(_("Model not found."))
        return found

    def page(self, request: PageRequest, values: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
        """The list with `values` over it, such as a dialog."""
        if self.access is not None:
            return settings_page(request, self.access, again={MODELS: values}, status=status)
        return render(request, "runs/site_models.html", {**site_values(request.user), **values}, status=status)


def place_of(user: User, project_id: UUID | None, *, action: str = "profile.manage") -> Place:
    """Where a user may manage models. Raises `NotFound`, `PermissionDenied` and `ProjectFrozen`."""
    if project_id is not None:
        return Place(get_project(user=user, project_id=project_id, action=action))
    if not may_on_site("profile.manage", user):
        raise PermissionDenied(_("Only administrators manage the models of the site."))
    return Place(None)


def site_values(user: User) -> dict[str, Any]:
    """What the page of the site's models shows."""
    profiles = ModelProfile.objects.filter(project=None).for_readers()
    return {"profiles": list(profiles), "meters": _meters(profiles), "may_manage": True}


def _meters(profiles: Iterable[ModelProfile]) -> dict[UUID, Meter]:
    """The limits of models that have some, by model."""
    meters = Meter.objects.filter(profile__in=[each.id for each in profiles])
    return {meter.profile_id: meter for meter in meters if meter.profile_id is not None}


def section_values(context: SectionContext) -> dict[str, Any]:
    """What the section of a project's settings shows: its own models, and those of the site below."""
    access = context.access
    assert access is not None
    profiles = list(ModelProfile.objects.usable_in(access.project.id).for_readers())
    return {
        "budget": budget_of(access.project.id),
        "meters": _meters(profiles),
        "profiles": [each for each in profiles if each.project_id is not None],
        "site_profiles": [each for each in profiles if each.project_id is None],
        "may_manage": allowed("profile.manage", role=access.role, status=Status(access.project.status)),
        "may_manage_site": may_on_site("profile.manage", context.user),
    }
