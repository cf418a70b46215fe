"""One's own account: access tokens, and how Foundry looks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import PersonalAccessToken
from accounts.services import create_token, revoke_token
from audit.errors import ValidationFailed
from workspace.doors import PageRequest, page


@page("GET", "HEAD", "POST")
def account(request: PageRequest) -> HttpResponse:
    """GET: the page. POST: a new token; its text is in this one answer and nowhere else."""
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        name = request.POST.get("name", "")
        try:
            token, text = create_token(caller=caller_from_request(request), name=name)
            context = {"fresh": token, "fresh_text": text}
        except ValidationFailed as refusal:
            context, status = {"errors": refusal.errors, "name": name}, refusal.status
    context["tokens"] = PersonalAccessToken.objects.filter(user=request.user, revoked_at__isnull=True)
    response = render(request, "workspace/account.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


@page("POST")
def revoke(request: PageRequest, token_id: UUID) -> HttpResponse:
    """End a token at once."""
    revoke_token(caller=caller_from_request(request), token_id=token_id)
    messages.success(request, _("The token is revoked. It works nowhere any more."))
    return redirect("workspace:account")
