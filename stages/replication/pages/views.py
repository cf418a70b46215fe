"""The page Sites, and the dialogs in it that only show something."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from projects.access import get_project
from stages.replication.pages.differing import differences_of
from stages.replication.pages.frame import Dialog, sites_page
from stages.replication.permissions import ADMIT, READ
from stages.replication.reading.sites import read_sites
from workspace.decorators import PageRequest, page


@page("GET", "HEAD")
def sites(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?site=&as=`: the sites of the project as a ring, or as a table."""
    return sites_page(request, get_project(user=request.user, project_id=project_id, action=READ))


@page("GET", "HEAD")
def differs(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: what is not the same at all sites, by record."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    found = differences_of(project_id, read_sites(project_id))
    return sites_page(request, access, dialog=Dialog(template="differs", values={"found": found}, is_wide=True))


@page("GET", "HEAD")
def nearby(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: sites that have this project and were found in the network."""
    access = get_project(user=request.user, project_id=project_id, action=ADMIT)
    return sites_page(request, access, dialog=Dialog(template="nearby", values={}))
