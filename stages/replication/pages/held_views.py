"""What an owner decides about a bundle that is held: let it in, enter its content again, or discard it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.callers import Caller
from kernel.errors import NotFound
from stages.replication.held.acts import DISCARD, RE_ENTER, RELEASE
from stages.replication.held.services import discard_held, re_enter_held, release_held
from stages.replication.pages.acting import allowed_access, ask
from stages.replication.pages.frame import Dialog
from stages.replication.pages.sites_query import HELD_LIST, SitesQuery
from stages.replication.permissions import DECIDE_HELD
from stages.replication.reading.held import find_held
from workspace.decorators import PageRequest, page

_DONE: Final[dict[str, Promise]] = {
    RELEASE: gettext_lazy("The bundle is let in."),
    RE_ENTER: gettext_lazy("What the bundle says is entered again, as yours."),
    DISCARD: gettext_lazy("The bundle is discarded."),
}


@page("GET", "HEAD", "POST")
def release(request: PageRequest, project_id: UUID, held_id: UUID) -> HttpResponse:
    """POST `reason`: let it in although its site, or its author, was revoked."""
    return _decide(request, project_id, held_id, RELEASE, partial(release_held, reason=_reason(request)))


@page("GET", "HEAD", "POST")
def discard(request: PageRequest, project_id: UUID, held_id: UUID) -> HttpResponse:
    """POST `reason`: it never comes in."""
    return _decide(request, project_id, held_id, DISCARD, partial(discard_held, reason=_reason(request)))


@page("GET", "HEAD", "POST")
def re_enter(request: PageRequest, project_id: UUID, held_id: UUID) -> HttpResponse:
    """POST: write what it says as a change of one's own."""
    return _decide(request, project_id, held_id, RE_ENTER, re_enter_held)


def _decide(
    request: PageRequest, project_id: UUID, held_id: UUID, act: str, service: Callable[..., object]
) -> HttpResponse:
    access = allowed_access(request, project_id, DECIDE_HELD)
    held = find_held(project_id, held_id)
    if held is None:
        return _back(request, project_id)

    def decide(caller: Caller) -> str:
        service(caller=caller, held_id=held_id)
        return str(_DONE[act])

    dialog = Dialog(template=act, values={"held_bundle": held})
    try:
        return ask(request, access, dialog, decide, part=HELD_LIST, reason=_reason(request))
    except NotFound:
        if find_held(project_id, held_id) is not None:
            raise
        return _back(request, project_id)


def _back(request: PageRequest, project_id: UUID) -> HttpResponse:
    """To the list, as it was: the bundle has come in, or somebody has decided about it, since the page was drawn."""
    messages.info(
        request, _("This bundle is not held back any more: it has come in, or an owner has decided about it.")
    )
    return redirect(f"{SitesQuery.of(project_id, request.GET).address}{HELD_LIST}")


def _reason(request: PageRequest) -> str:
    return request.POST.get("reason", "")
