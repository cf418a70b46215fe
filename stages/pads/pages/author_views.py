"""Who wrote a character of a pad, and when: what the card over a word says."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound
from projects.access import get_project
from stages.pads.models import Writer
from stages.pads.origins import Origin, origin_of
from stages.pads.pages.history_views import pad_in
from workspace.decorators import PageRequest, page
from workspace.query_numbers import query_number


@page("GET", "HEAD")
def written(request: PageRequest, project_id: UUID, pad_id: UUID) -> HttpResponse:
    """GET `?revision=&position=&writer=`: the revision that inserted the unit at a position of a text.

    `writer` is whose it is by the authors of the text: who restored it is another person.
    """
    pad = pad_in(get_project(user=request.user, project_id=project_id), pad_id)
    asked = {name: query_number(request.GET, name) or 0 for name in ("revision", "position", "writer")}
    if not 1 <= asked["revision"] <= pad.head:
        raise NotFound(_("The newest revision is {head}.").format(head=pad.head), head=pad.head)
    try:
        origin = origin_of(pad.id, asked["revision"], asked["position"])
    except IndexError:
        raise NotFound(_("There is no text at this position.")) from None
    author = Writer.objects.filter(pad=pad.id, number=asked["writer"]).select_related("user").first()
    wrote = author.user if author is not None else None
    address = f"{reverse('pads:history', args=[project_id, pad.id])}?at={origin.revision}"
    context = {
        "author": wrote,
        "origin": origin,
        "address": address,
        "link": request.build_absolute_uri(address),
        "brought_back_by": _brought_back_by(origin, wrote),
    }
    return render(request, "pads/authors/card.html", context)


def _brought_back_by(origin: Origin, author: User | None) -> User | None:
    """Who restored the words of somebody else."""
    found = origin.found
    if found is None or found.credits is None or found.user_id in {None, author.id if author else None}:
        return None
    return found.user
