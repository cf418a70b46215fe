"""The base of every REST view under ``/api/v1/projects/{id}/``."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from rest_framework.permissions import SAFE_METHODS

from accounts.callers import Caller
from accounts.rest import RestView
from projects.access import Access, get_project
from rest.access import AccessBeforeShape


class ProjectView(AccessBeforeShape, RestView):
    """Keeps the protocol's order of checks: signed in, parse, access, role and status, and only then shape.

    So an outsider gets 404 and a viewer 403 whatever they send.
    """

    # The row of the permission table that the view's writing method needs; its GET needs reading.
    write_action: str = "project.read"

    @property
    def project_id(self) -> UUID:
        project_id: UUID = self.kwargs["project_id"]
        return project_id

    def access(self) -> Access:
        """The project, if the caller may do what they ask. Raises `NotFound`, `PermissionDenied`, `ProjectFrozen`."""
        action = "project.read" if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.project_id, action=action)

    def check_access(self) -> None:
        self.access()


def in_session(caller: Caller, session_id: UUID) -> Caller:
    """The caller in the session that the body names, for the record; whose session it is, the service checks."""
    return replace(caller, session_id=session_id)
