"""The tab "Audit" of a project: the way to its part of the audit viewer."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kernel.errors import PermissionDenied
from kernel.site_permissions import may_on_site
from projects.access import get_project
from workspace.audit_viewer.query import AuditQuery
from workspace.decorators import PageRequest, page


@page()
def project_audit(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The audit viewer with the project's events; for auditors, as the viewer itself is."""
    get_project(user=request.user, project_id=project_id)
    if not may_on_site("audit.read", request.user):
        raise PermissionDenied(_("The audit trail is for auditors."))
    return redirect(AuditQuery(chain=str(project_id)).url())
