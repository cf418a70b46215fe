"""Actions that do not leave the page: they are answered by an event for its script."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import trigger_client_event

from kernel.errors import DomainError, ValidationFailed
from workspace.decorators import PageRequest, is_htmx

P = ParamSpec("P")
View = Callable[Concatenate[PageRequest, P], HttpResponse]


def htmx_action(view: View[P]) -> View[P]:
    """Decorate a view so that htmx gets a refusal as a toast and keeps the page. Placed below `page`."""

    @functools.wraps(view)
    def guarded(request: PageRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as refusal:
            if not is_htmx(request):
                raise
            return _refusal_toast(refusal)

    return guarded


def done(
    request: HttpRequest, *, event: str, otherwise: str, facts: Mapping[str, Any] | None = None, toast: str = ""
) -> HttpResponse:
    """The response to an action: only `event` (and a toast) for htmx, else a redirect to `otherwise`."""
    if not is_htmx(request):
        return redirect(otherwise)
    response = HttpResponse(status=204)
    trigger_client_event(response, event, dict(facts or {}))
    if toast:
        trigger_client_event(response, "toast", {"text": toast})
    return response


def _refusal_toast(refusal: DomainError) -> HttpResponse:
    response = HttpResponse(status=refusal.status)
    response["HX-Reswap"] = "none"
    trigger_client_event(response, "toast", {"text": refusal_text(refusal), "kind": "failed"})
    return response


def refusal_text(refusal: DomainError) -> str:
    """A refusal as one sentence; for a form its first error."""
    if isinstance(refusal, ValidationFailed):
        return next((message for each in refusal.errors.values() for message in each), refusal.detail)
    return refusal.detail
