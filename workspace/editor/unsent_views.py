"""Texts that the reader has typed on the pages of a project and not sent yet."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from drafts.unsent.services import keep_unsent_text, unsent_texts
from kernel.errors import Conflict, PayloadTooLarge, PermissionDenied, ValidationFailed
from workspace.decorators import PageRequest, page
from workspace.htmx_action import refusal_text


@page("GET", "HEAD", "POST")
def unsent(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET: the texts by place and person. POST `person`, `place`, `text`: keep it; an empty text is deleted."""
    texts = unsent_texts(user=request.user, project_id=project_id)
    if request.method != "POST":
        return JsonResponse({"person": request.user.id, "texts": texts})
    if request.POST.get("person") != str(request.user.id):
        raise PermissionDenied(_("Someone else is now signed in here."))
    try:
        keep_unsent_text(
            caller=caller_from_request(request),
            project_id=project_id,
            place=request.POST.get("place", ""),
            text=request.POST.get("text", ""),
        )
    except (Conflict, PayloadTooLarge, ValidationFailed) as refusal:
        words = _("What you write here is not backed up. {why}").format(why=refusal_text(refusal))
        return HttpResponse(words, status=refusal.status, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)
