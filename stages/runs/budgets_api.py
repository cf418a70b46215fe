"""Budgets and usage over REST: of a project, and of a model."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from kernel.errors import PermissionDenied, ValidationFailed
from kernel.site_permissions import may_on_site
from projects.access import get_project
from projects.rest import ProjectView
from rest.schema import operation
from stages.runs import serializers as shapes
from stages.runs import services
from stages.runs.costs import month_of, present_meter
from stages.runs.profiles_api import OneProfileView
from stages.runs.reading import visible_profile
from stages.runs.usage import budget_body, profile_usage, project_usage

MONTH: Final = OpenApiParameter("month", str, description="Such as 2026-11; the present one (UTC) if left out.")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])\Z")


class ProjectBudgetView(ProjectView):
    write_action = "run.budget"

    @operation("budget_read", answer=shapes.BudgetInfo)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What the project's calls may cost and do, and what counts against that now."""
        self.access()
        return self.answer(budget_body(present_meter(project_id=project_id)))

    @operation("budget_set", takes=shapes.NewBudget, answer=shapes.BudgetInfo, repeatable=True)
    def put(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Set the limits of the project; null is none. Only its owners may."""
        limits = self.body(shapes.NewBudget)
        return self.answer(budget_body(services.set_budget(caller=self.caller(), project_id=project_id, **limits)))


class ProjectUsageView(ProjectView):
    @operation("usage_read", answer=shapes.UsageInfo, parameters=[MONTH])
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """What the project's calls used in a month, by model."""
        self.access()
        return self.answer(project_usage(project_id, _month(request)))


class _ProfileFiguresView(OneProfileView):
    """Figures of one model. Those of a site's model add up all projects, so only administrators see them."""

    write_action = "run.budget"

    def check_access(self) -> None:
        profile = visible_profile(user=self.user(), profile_id=self.kwargs["profile_id"])
        if profile.project_id is None:
            if not may_on_site("run.budget", self.user()):
                raise PermissionDenied(_("Only an administrator may do this."))
        elif self.request.method not in SAFE_METHODS:
            get_project(user=self.user(), project_id=profile.project_id, action="run.budget")


class ProfileBudgetView(_ProfileFiguresView):
    @operation("profiles_budget_read", answer=shapes.BudgetInfo)
    def get(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """What calls with the model may cost and do, and what counts against that now."""
        self.check_access()
        return self.answer(budget_body(present_meter(profile_id=profile_id)))

    @operation("profiles_budget_set", takes=shapes.NewBudget, answer=shapes.BudgetInfo)
    def put(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """Set the limits of the model; null is none. Owners of its project may, or administrators."""
        limits = self.body(shapes.NewBudget)
        self.check_access()
        return self.answer(budget_body(services.set_budget(caller=self.caller(), profile_id=profile_id, **limits)))


class ProfileUsageView(_ProfileFiguresView):
    @operation("profiles_usage_read", answer=shapes.UsageInfo, parameters=[MONTH])
    def get(self, request: Request, profile_id: UUID) -> HttpResponseBase:
        """What calls with the model used in a month."""
        self.check_access()
        return self.answer(profile_usage(profile_id, _month(request)))


def _month(request: Request) -> str:
    """The month that a request names, or the present one. Raises `ValidationFailed`."""
    month: str = request.query_params.get("month") or month_of(timezone.now())
    if not _MONTH.match(month):
        raise ValidationFailed({"month": [_("Give a month such as 2026-11.")]})
    return month
