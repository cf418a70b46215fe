"""One's own inbox, and the bell that counts it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from kernel.errors import ValidationFailed
from notifications import services
from notifications.models import Notification
from workspace.decorators import PageRequest, page
from workspace.inbox.entries import by_day, place_of, views_of

PAGE_SIZE = 50


@page()
def inbox(request: PageRequest) -> HttpResponse:
    """`?show=unread`: what waits; `?before=`: what came before that line."""
    only_unread = request.GET.get("show") == "unread"
    everything = Notification.objects.of(request.user)
    rows = everything.unread() if only_unread else everything
    before = request.GET.get("before")
    if before:
        rows = rows.filter(pk__lt=_line(before))
    found = list(rows.with_people()[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    context = {
        "days": by_day(views_of(found), request),
        "newest": found[0] if found else None,
        "older": found[-1].pk if more else None,
        "only_unread": only_unread,
        "is_first": not before,
    }
    return render(request, "workspace/inbox.html", context)


@page()
def count(request: PageRequest) -> HttpResponse:
    """The number on the bell."""
    return render(request, "workspace/parts/bell_count.html")


@page()
def open_notification(request: PageRequest, notification_id: UUID) -> HttpResponse:
    """Go to what a line is about. Reading it is all that this changes, and only for the reader."""
    row = services.mark_read(caller=caller_from_request(request), notification_id=notification_id)
    return redirect(place_of(row))


@page("POST")
def read_all(request: PageRequest) -> HttpResponse:
    """Mark everything up to the line `until` as read: what came after it has not been seen yet."""
    until = request.POST.get("until")
    services.mark_all_read(caller=caller_from_request(request), until=_line(until) if until else None)
    messages.success(request, _("Everything is marked as read."))
    return redirect("workspace:inbox")


def _line(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValidationFailed({"line": [_("Notification not found.")]}) from None
