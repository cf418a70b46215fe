"""Repositories over REST: connecting, looking anew, another token, removing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.pagination import page
from rest.schema import operation, page_of
from stages.runs import repository_serializers as shapes
from stages.runs import services
from stages.runs.models import Repository
from stages.runs.reading import visible_repository


def repository_body(repository: Repository) -> dict[str, Any]:
    """A repository as it is shown. Of its token only the mark and the time."""
    secret = repository.secret
    return {
        "id": repository.id,
        "project_id": repository.project_id,
        "name": repository.name,
        "url": repository.url,
        "api_url": repository.api_url,
        "default_branch": repository.default_branch,
        "latest_commit": repository.latest_commit,
        "token": {"mark": secret.mark, "set_at": secret.set_at} if secret else None,
        "allows": repository.allows,
        "is_connected": repository.is_connected,
        "created_at": repository.created_at,
        "created_by": repository.created_by.person(),
    }


class RepositoriesView(ProjectView):
    write_action = "repository.manage"

    @operation("repositories_list", answer=page_of(shapes.RepositoryInfo), paged=True)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The repositories of a project, newest first, with those that were removed."""
        self.access()
        repositories = Repository.objects.filter(project=project_id).select_related("secret", "created_by")
        return self.answer(page(request, repositories, repository_body))

    @operation(
        "repositories_connect", takes=shapes.NewRepository, answer=shapes.RepositoryInfo, status=201, repeatable=True
    )
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Connect a repository. Its server is asked at once; one of the same address is the same repository."""
        given = self.body(shapes.NewRepository)
        found = services.connect_repository(caller=self.caller(), project_id=project_id, **given)
        return self.answer(repository_body(found), 200 if found.repeated else 201)


class _OneRepositoryView(ProjectView):
    """One repository, whose address does not name its project."""

    write_action = "repository.manage"

    @property
    def repository_id(self) -> UUID:
        found: UUID = self.kwargs["repository_id"]
        return found

    def repository(self) -> Repository:
        """The repository, as the caller may see it."""
        return visible_repository(user=self.user(), repository_id=self.repository_id)

    def access(self) -> Access:
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.repository().project_id, action=action)


class RepositoryView(_OneRepositoryView):
    @operation("repositories_read", answer=shapes.RepositoryInfo)
    def get(self, request: Request, repository_id: UUID) -> HttpResponseBase:
        """One repository."""
        return self.answer(repository_body(self.repository()))

    @operation("repositories_update", takes=shapes.ChangedRepository, answer=shapes.RepositoryInfo)
    def patch(self, request: Request, repository_id: UUID) -> HttpResponseBase:
        """Say which guarded paths runs may change."""
        given = self.body(shapes.ChangedRepository)
        self.access()
        services.update_repository(caller=self.caller(), repository_id=repository_id, **given)
        return self.answer(repository_body(self.repository()))

    @operation("repositories_remove", answer=shapes.RepositoryInfo)
    def delete(self, request: Request, repository_id: UUID) -> HttpResponseBase:
        """Disconnect it and delete its token. What was made from it stays on record."""
        self.access()
        services.remove_repository(caller=self.caller(), repository_id=repository_id)
        return self.answer(repository_body(self.repository()))


class RepositoryTokenView(_OneRepositoryView):
    @operation("repositories_replace_token", takes=shapes.NewRepositoryToken, answer=shapes.RepositoryInfo)
    def put(self, request: Request, repository_id: UUID) -> HttpResponseBase:
        """Give it another token, which its server is asked about at once. The one before is deleted."""
        given = self.body(shapes.NewRepositoryToken)
        self.access()
        services.replace_token(caller=self.caller(), repository_id=repository_id, **given)
        return self.answer(repository_body(self.repository()))


class RefreshRepositoryView(_OneRepositoryView):
    write_action = "run.start"

    @operation("repositories_refresh", answer=shapes.RepositoryInfo)
    def post(self, request: Request, repository_id: UUID) -> HttpResponseBase:
        """Ask its server for the default branch and the newest commit."""
        self.access()
        services.refresh_repository(caller=self.caller(), repository_id=repository_id)
        return self.answer(repository_body(self.repository()))
