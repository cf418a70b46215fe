"""The views that modules declare, over REST."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.urls import reverse
from rest_framework.request import Request

from projects.access import get_project
from projects.rest import ProjectView
from rest.schema import operation
from stages.automation.api import view_serializers as shapes
from stages.automation.permissions import READ
from stages.automation.reading import views
from stages.automation.reading.modules import adopted_modules
from stages.registers.reading.reader import Reader

_MEMBERS = ("kind", "table", "columns", "query", "group_by", "rows", "relation")


class ViewsView(ProjectView):
    @operation("module_views_list", answer=shapes.ModuleViewList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The views that the caller has in the project: of adopted modules, and of those that they installed."""
        get_project(user=self.user(), project_id=project_id, action=READ)
        reader = Reader(project_id)
        found = views.views_of(reader.schema, adopted_modules(project_id, reader=reader), self.user())
        return self.answer({"results": [_body(project_id, each) for each in found]})


def _body(project_id: UUID, view: views.ProjectView) -> dict[str, Any]:
    return {
        "module": view.module.name,
        "version": view.module.version,
        "name": view.name,
        "title": view.label,
        **{member: getattr(view.shape, member) for member in _MEMBERS},
        "adopted": view.is_adopted,
        "missing": view.missing,
        "address": reverse("automation:view", args=[project_id, view.module.name, view.name]),
    }
