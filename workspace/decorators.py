"""Decorators of page views: who is signed in, how requests are counted, and how a refusal looks."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.callers import caller_from_request
from accounts.client_addresses import address_of_request
from accounts.confirmation import redirect_to_confirmation
from accounts.models import User
from accounts.rate_limits import count_request
from drafts.unsent.services import discard_unsent_texts
from kernel.errors import DomainError, ReauthenticationNeeded
from projects.access import get_project
from projects.models import Member, Role

P = ParamSpec("P")
# Refusals that say nothing about whether the database answers.
LEADS_BACK = (403, 404, 409)
# Who are named as those that can give a role.
MAX_OWNERS = 3


class PageRequest(HttpRequest):
    """A request of a signed-in user."""

    user: User


View = Callable[Concatenate[PageRequest, P], HttpResponseBase]


def page(*methods: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Decorate a view for signed-in users; a refusal is answered by an error page.

    Without a session the whole page goes to the sign-in form, also if htmx requested only a fragment.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @require_http_methods(methods or ("GET", "HEAD"))
        @functools.wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, User):
                return _to_sign_in(request)
            try:
                count_request(user_id=str(request.user.pk), address=address_of_request(request))
                response = view(request, *args, **kwargs)  # type: ignore[arg-type]
                _discard_sent_texts(request, response, kwargs.get("project_id"))
            except ReauthenticationNeeded:
                response = redirect_to_confirmation(request)
            except DomainError as refusal:
                response = refusal_page(request, refusal)
            # Some addresses answer htmx with a fragment, which a browser's cache must not show as a page.
            patch_vary_headers(response, ["HX-Request"])
            return response

        return guarded

    return decorate


def _discard_sent_texts(request: HttpRequest, response: HttpResponseBase, project_id: object) -> None:
    """Discard the unsent texts that a sent form names in `unsent`; failing to do so does not fail the request."""
    places = request.POST.getlist("unsent") if request.method == "POST" else []
    if places and isinstance(project_id, UUID) and response.status_code < HTTPStatus.BAD_REQUEST:
        with contextlib.suppress(DomainError):
            discard_unsent_texts(caller=caller_from_request(request), project_id=project_id, places=places)


def refusal_page(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    """The error page of a refusal, with its status."""
    context = {"status": refusal.status, "title": _title(refusal), "detail": refusal.detail}
    if refusal.status in LEADS_BACK:
        context |= _way_back(request, refusal)
    response = render(request, "error.html", context, status=refusal.status)
    retry_after = refusal.extra.get("retry_after")
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def _way_back(request: HttpRequest, refusal: DomainError) -> dict[str, Any]:
    """The project whose page was refused, if its reader may see it, and who can give the role that is needed."""
    match = request.resolver_match
    project_id = match.kwargs.get("project_id") if match is not None else None
    if not isinstance(project_id, UUID) or not isinstance(request.user, User):
        return {}
    try:
        project = get_project(user=request.user, project_id=project_id).project
    except DomainError:
        return {}
    if "needed_role" not in refusal.extra:
        return {"project": project}
    owners = Member.objects.filter(project=project, role=Role.OWNER, user__is_active=True).select_related("user")
    names = [each.user.display_name for each in owners.order_by("user__display_name")[:MAX_OWNERS]]
    return {"project": project, "owners": ", ".join(names)}


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx sent the request, for a fragment of a page."""
    return bool(getattr(request, "htmx", False))


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if is_htmx(request):
        here = request.headers.get("HX-Current-URL") or reverse("workspace:home")
        return HttpResponseClientRedirect(redirect_to_login(here).url)
    return redirect_to_login(request.get_full_path())


def _title(refusal: DomainError) -> str:
    titles = {
        403: _("You don't have permission"),
        404: _("Page not found"),
        409: _("Not possible right now"),
        429: _("Too many requests"),
        503: _("Temporarily unavailable"),
    }
    return titles.get(refusal.status, str(refusal.title))
