"""Projects, their members, and the events of their chains."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from accounts.rest import RestView
from audit import live
from projects import serializers as shapes
from projects import services
from projects.access import get_project
from projects.models import Member, Project, Role
from projects.rest import ProjectView
from projects.serializers import listed_project, member_body, project_body
from rest.pagination import page
from rest.queries import query_integer
from rest.schema import operation, page_of

MAX_EVENTS = 1000


class ProjectsView(RestView):
    @operation("projects_list", answer=page_of(shapes.ProjectInfo), paged=True)
    def get(self, request: Request) -> HttpResponseBase:
        """List the projects that I may see, newest first."""
        user = self.user()
        visible = Project.objects.visible_to(user).with_role_of(user).select_related("current_draft", "created_by")
        return self.answer(page(request, visible, lambda project: listed_project(project, user)))

    @operation("projects_create", takes=shapes.NewProject, answer=shapes.ProjectInfo, status=201, repeatable=True)
    def post(self, request: Request) -> HttpResponseBase:
        """Create a project; I become its owner."""
        body = self.body(shapes.NewProject)
        project = services.create_project(caller=self.caller(), **body)
        if not project.repeated:
            return self.answer(project_body(project, Role.OWNER), 201)
        access = get_project(user=self.user(), project_id=project.id)
        return self.answer(project_body(access.project, access.role))


class _AnswersProject(ProjectView):
    def project(self) -> dict[str, Any]:
        """The current state of the project, which may be newer than what this request wrote."""
        access = get_project(user=self.user(), project_id=self.project_id)
        return project_body(access.project, access.role)


class OneProjectView(_AnswersProject):
    write_action = "project.update"

    @operation("projects_read", answer=shapes.ProjectInfo)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Get one project."""
        return self.answer(self.project())

    @operation("projects_update", takes=shapes.ChangedProject, answer=shapes.ProjectInfo)
    def patch(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Change its name, description or privacy; owners only."""
        body = self.body(shapes.ChangedProject)
        services.update_project(caller=self.caller(), project_id=project_id, **body)
        return self.answer(self.project())


class ArchiveProjectView(_AnswersProject):
    write_action = "project.archive"

    @operation("projects_archive", answer=shapes.ProjectInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Archive the project; it stays readable."""
        services.archive_project(caller=self.caller(), project_id=project_id)
        return self.answer(self.project())


class ReopenView(_AnswersProject):
    write_action = "project.reopen"

    @operation("projects_reopen", takes=shapes.Reopening, answer=shapes.ProjectInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Reopen a frozen or archived project for writing."""
        body = self.body(shapes.Reopening)
        services.reopen_project(caller=self.caller(), project_id=project_id, **body)
        return self.answer(self.project())


class MembersView(ProjectView):
    write_action = "member.add"

    @operation("members_list", answer=page_of(shapes.MemberInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the members, oldest first."""
        members = Member.objects.filter(project=self.access().project).select_related("user")
        return self.answer(page(request, members, member_body, newest_first=False))

    @operation("members_add", takes=shapes.NewMember, answer=shapes.MemberInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Add a member."""
        body = self.body(shapes.NewMember)
        member = services.add_member(caller=self.caller(), project_id=project_id, **body)
        return self.answer(member_body(member), 200 if member.repeated else 201)


class OneMemberView(ProjectView):
    write_action = "member.change_role"

    @operation("members_change_role", takes=shapes.ChangedRole, answer=shapes.MemberInfo)
    def patch(self, request: Request, project_id: UUID, user_id: UUID) -> HttpResponseBase:
        """Change the role of a member, for a reason."""
        body = self.body(shapes.ChangedRole)
        member = services.change_role(caller=self.caller(), project_id=project_id, user_id=user_id, **body)
        return self.answer(member_body(member))


class RemoveMemberView(ProjectView):
    write_action = "member.remove"

    @operation("members_remove", takes=shapes.Reason, answer=None, status=204)
    def post(self, request: Request, project_id: UUID, user_id: UUID) -> HttpResponseBase:
        """Remove a member, for a reason."""
        body = self.body(shapes.Reason)
        services.remove_member(caller=self.caller(), project_id=project_id, user_id=user_id, **body)
        return self.answer(None, 204)


class EventsView(ProjectView):
    parameters = (
        OpenApiParameter("after", {"type": "integer", "minimum": 0, "default": 0}, description="The last known `seq`."),
        OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_EVENTS, "default": 500}),
    )

    @operation("events_list", answer=page_of(shapes.EventInfo), parameters=parameters)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """List the events after a `seq`, oldest first; `next` is the address of the rest, null at the end."""
        after = query_integer(request, "after", default=0)
        limit = query_integer(request, "limit", default=500, minimum=1, maximum=MAX_EVENTS)
        found = live.missed(self.access().project.id, after=after, limit=limit + 1)
        more, found = len(found) > limit, found[:limit]
        onward = replace_query_param(request.build_absolute_uri(), "after", found[-1].seq) if more else None
        return self.answer({"next": onward, "previous": None, "results": found})
