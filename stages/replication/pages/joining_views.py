"""An administrator joins a project of another site by the text of an invitation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import DomainError, PermissionDenied, ValidationFailed
from kernel.site_permissions import may_on_site
from projects.models import Project
from stages.replication.admission.invitations import InvitationText, read_invitation
from stages.replication.admission.services import join_project
from stages.replication.permissions import JOIN
from stages.replication.reading.site import in_groups
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text


@page("GET", "HEAD", "POST")
def join(request: PageRequest) -> HttpResponse:
    """GET: where the text is pasted. POST `invitation`: what it names; with `step=join`: join."""
    if not may_on_site(JOIN, request.user):
        raise PermissionDenied(_("Only administrators of this site can join a project."))
    if request.method != "POST":
        return _show(request)
    text = request.POST.get("invitation", "")
    try:
        said = read_invitation(text)
    except ValidationFailed as refusal:
        return _show(request, text=text, refusal=refusal)
    if request.POST.get("step") != "join":
        return _show(request, text=text, said=said)
    try:
        project = join_project(caller=caller_from_request(request), text=text)
    except DomainError as refusal:
        return _show(request, text=text, said=said, refusal=refusal)
    messages.success(request, _("Joined {project}. Its records arrive now.").format(project=project.name))
    return redirect("replication:sites", project.id)


def _show(
    request: PageRequest,
    *,
    text: str = "",
    said: InvitationText | None = None,
    refusal: DomainError | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "text": text,
        "said": said,
        "is_over": said is not None and said.expires <= timezone.now(),
        "is_here": said is not None and Project.objects.filter(pk=said.project).exists(),
        "fingerprint": in_groups(said.key) if said else "",
        "problem": refusal_text(refusal) if refusal is not None else "",
    }
    return render(request, "replication/join.html", context, status=refusal.status if refusal is not None else 200)
