"""The base of every REST view under ``/api/v1/projects/{id}/``."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response

from accounts.callers import Caller
from accounts.rest import RestView
from kernel.errors import DomainError, ValidationFailed
from projects.access import Access, get_project
from rest.parsers import NotParsed


class ProjectView(RestView):
    """Keeps the protocol's order of checks: signed in, parse, access, role and status, and only then shape.

    A service checks access inside its transaction. If a request is refused for its shape before that, access is checked
    anyway, so that an outsider gets 404 and a viewer 403 whatever they send.
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

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, ValidationFailed) and not isinstance(exc, NotParsed):
            try:
                self.access()
            except DomainError as refusal:
                exc = refusal
        return super().handle_exception(exc)


def in_session(caller: Caller, session_id: UUID) -> Caller:
    """The caller in the session that the body names, for the record; whose session it is, the service checks."""
    return replace(caller, session_id=session_id)
