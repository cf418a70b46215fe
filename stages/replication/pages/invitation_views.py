"""An owner invites a site, and withdraws invitations that nobody has used."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import Conflict, ValidationFailed
from stages.replication.admission.services import invite_site, withdraw_invitation
from stages.replication.choices import Rights
from stages.replication.pages.acting import allowed_access
from stages.replication.pages.frame import Dialog, sites_page
from stages.replication.permissions import INVITE
from workspace.decorators import PageRequest, page

_FORM: Final = Dialog(template="invite", values={"rights": Rights.WRITES, "copies": False, "choices": Rights.choices})


@page("GET", "HEAD", "POST")
def invite(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the form. POST `rights, copies`: an invitation, whose text is in this answer and nowhere else."""
    access = allowed_access(request, project_id, INVITE)
    if request.method != "POST":
        return sites_page(request, access, dialog=_FORM)
    posted: dict[str, Any] = {"rights": request.POST.get("rights", ""), "copies": request.POST.get("copies") == "on"}
    try:
        invited = invite_site(caller=caller_from_request(request), project_id=project_id, **posted)
    except (Conflict, ValidationFailed) as refusal:
        form = Dialog(template="invite", values={**_FORM.values, **posted})
        return sites_page(request, access, dialog=form, problem=refusal)
    values = {"invitation": invited.invitation, "text": invited.text}
    return sites_page(request, access, dialog=Dialog(template="invited", values=values, is_wide=True, is_secret=True))


@page("POST")
def withdraw(request: PageRequest, project_id: UUID, invitation_id: UUID) -> HttpResponse:
    """POST: nobody can come by it any more."""
    allowed_access(request, project_id, INVITE)
    withdraw_invitation(caller=caller_from_request(request), project_id=project_id, invitation_id=invitation_id)
    messages.success(request, _("The invitation is withdrawn."))
    return redirect("replication:sites", project_id)
