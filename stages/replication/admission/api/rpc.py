"""`/workspace/`, as the engine's core design writes it: a workspace is a project here."""

from __future__ import annotations

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.rest import RestView, SiteView
from projects.services import create_project
from stages.replication.admission.api import serializers as shapes
from stages.replication.admission.services import join_project
from stages.replication.permissions import JOIN

# They are described by the design that they come from, not by our OpenAPI.
undocumented = extend_schema(exclude=True)


@undocumented
class CreateWorkspaceView(RestView):
    def post(self, request: Request) -> HttpResponseBase:
        """Make a workspace, whose home is this site."""
        project = create_project(caller=self.caller(), **self.body(shapes.CreateWorkspace))
        return self.answer({"workspace_id": str(project.id), "name": project.name})


@undocumented
class JoinWorkspaceView(SiteView):
    site_permission = JOIN

    def post(self, request: Request) -> HttpResponseBase:
        """Join a workspace of another site, by an invitation."""
        project = join_project(caller=self.caller(), text=self.body(shapes.JoinProject)["invitation"])
        return self.answer({"workspace_id": str(project.id), "name": project.name})
