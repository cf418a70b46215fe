"""What people do on the page of a foreign view: switch it on or off, commit or discard what it has staged."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.callers import caller_from_request
from kernel.errors import Conflict, NotFound, ValidationFailed
from projects.access import get_project
from proposals.models import Proposal
from proposals.services.accepting import accept_proposal
from proposals.services.creating import discard_proposal
from stages.automation.foreign.views import find_view
from stages.automation.pages.foreign_view import count_of, here, show_view, staged_context
from stages.automation.permissions import READ, SWITCH_VIEW
from stages.automation.reading.staged import staged_groups
from stages.automation.services.views import staged_by_view, switch_view
from workspace.decorators import PageRequest, page
from workspace.htmx_action import done, htmx_action

SETTLED = "view:settled"


@page("POST")
def switch(request: PageRequest, project_id: UUID, module: str, name: str) -> HttpResponse:
    """POST `sha256, is_on, grant, reason`: switch a view on, with what it may, or off."""
    access = get_project(user=request.user, project_id=project_id, action=SWITCH_VIEW)
    post = request.POST
    is_on = post.get("is_on") == "on"
    try:
        switch_view(
            caller=caller_from_request(request),
            project_id=project_id,
            module=module,
            name=name,
            sha256=post.get("sha256", ""),
            is_on=is_on,
            grants=_grants(post) if is_on else {},
            reason=post.get("reason", ""),
        )
    except (Conflict, ValidationFailed) as refusal:
        return show_view(request, access, module, name, problem=refusal)
    messages.success(request, _("The view is on.") if is_on else _("The view is off."))
    return redirect("automation:view", project_id, module, name)


@page("GET", "HEAD")
def staged(request: PageRequest, project_id: UUID, module: str, name: str) -> HttpResponse:
    """GET: what a view has staged for the reader, a part of its page."""
    access = get_project(user=request.user, project_id=project_id, action=READ)
    view = find_view(project_id, request.user, module, name)
    context = {"view": view, "here": here(project_id, view), "project_id": project_id}
    return render(request, "automation/views/staged.html", {**context, **staged_context(request.user, access, view)})


@page("POST")
@htmx_action
def commit(request: PageRequest, project_id: UUID, module: str, name: str) -> HttpResponse:
    """POST `proposal`: write what a view has staged, as one change of the reader's."""
    proposal = _staged(request, project_id, module, name)
    # As the page has counted them.
    count = count_of(staged_groups(project_id, proposal))
    accept_proposal(caller=caller_from_request(request), proposal_id=proposal.id, round=1)
    words = ngettext("Committed {n} change.", "Committed {n} changes.", count).format(n=count)
    return _done(request, (project_id, module, name), "committed", words)


@page("POST")
@htmx_action
def discard(request: PageRequest, project_id: UUID, module: str, name: str) -> HttpResponse:
    """POST `proposal`: forget what a view has staged."""
    proposal = _staged(request, project_id, module, name)
    discard_proposal(caller=caller_from_request(request), proposal_id=proposal.id)
    return _done(request, (project_id, module, name), "discarded", _("Discarded. Nothing was changed."))


def _staged(request: PageRequest, project_id: UUID, module: str, name: str) -> Proposal:
    """The proposal that the reader was shown. Raises `NotFound`, `Conflict` for another one than that."""
    get_project(user=request.user, project_id=project_id, action=READ)
    found = staged_by_view(request.user, project_id, module, name)
    if found is None:
        raise NotFound(_("The view has staged nothing."))
    if str(found.id) != request.POST.get("proposal"):
        raise Conflict(_("The view has staged something else meanwhile. Look at it again."))
    return found


def _done(request: PageRequest, view: tuple[UUID, str, str], how: str, words: str) -> HttpResponse:
    back = reverse("automation:view", args=view)
    return done(request, event=SETTLED, otherwise=back, facts={"how": how}, toast=words)


def _grants(post: QueryDict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in post.getlist("grant"):
        member, _colon, text = each.partition(":")
        found.setdefault(member, []).append(text)
    return found
