"""What all acts on the page Sites have in common: the dialog that asks, the act, and the way back to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.callers import Caller, caller_from_request
from kernel.errors import DomainError, NotFound
from projects.access import Access, get_project
from stages.replication.pages.frame import Dialog, again, sites_page
from stages.replication.pages.sites_query import SitesQuery
from workspace.decorators import PageRequest

# What to say once it is done.
Act = Callable[[Caller], str]


def ask(
    request: PageRequest, access: Access, dialog: Dialog, act: Act, *, site: str = "", part: str = "", **posted: Any
) -> HttpResponse:
    """GET: the dialog. POST: do it; a refusal is shown in the dialog, with what was typed.

    Then the page is shown as before, with `site` chosen, or at a `part` of it.
    """
    if request.method != "POST":
        return sites_page(request, access, dialog=dialog)
    try:
        words = act(caller_from_request(request))
    except NotFound:
        raise
    except DomainError as refusal:
        return sites_page(request, access, dialog=again(dialog, **posted), problem=refusal)
    messages.success(request, words)
    query = SitesQuery.of(access.project.id, request.GET)
    return redirect(query.at_site(site).address if site else f"{query.address}{part}")


def allowed_access(request: PageRequest, project_id: UUID, action: str) -> Access:
    """The project, for those who may do this in it. Raises `NotFound`, `PermissionDenied`."""
    return get_project(user=request.user, project_id=project_id, action=action)
