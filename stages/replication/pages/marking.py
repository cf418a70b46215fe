"""The header of pages: how many sites are away, what waits for them, and the name of this one."""

from __future__ import annotations

from socket import gethostname
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.permissions import may
from stages.replication.permissions import READ
from stages.replication.reading.sites import own_name
from stages.replication.reading.waiting import Waiting, read_waiting
from workspace.marks import Mark, MarkContext

# After these it may read otherwise; that a node ended with its links is no event.
_ON: Final = "sync. register. site."
_FIRST: Final = "site."


def mark_of(context: MarkContext) -> Mark | None:
    """No words while nothing waits and nothing differs. One query."""
    if not may(READ, role=context.access.role):
        return None
    waiting = read_waiting(context.access.project.id)
    if not waiting.sites:
        return Mark(on=_FIRST)
    url = reverse("replication:sites", args=[context.access.project.id])
    if waiting.differs:
        words = _("Differs from {sites}").format(sites=", ".join(waiting.differs))
        title = _("The same changes, other records")
        return Mark(icon="triangle-alert", words=words, url=url, tone="bad", title=title, on=_ON, changes_silently=True)
    words = _words(waiting) if waiting.to_send else ""
    title = _("Changes that are not at all sites yet")
    return Mark(icon="waypoints", words=words, url=url, title=title, on=_ON, changes_silently=True)


def name_of_site() -> str:
    """What this site is called, where somebody has named it."""
    name = own_name()
    return "" if name == gethostname()[: len(name)] else name


def _words(waiting: Waiting) -> str:
    to_send = _("{n} to send").format(n=f"{waiting.to_send:,}")
    if not waiting.away:
        return to_send
    away = ngettext("{n} site away", "{n} sites away", waiting.away).format(n=waiting.away)
    return f"{away} · {to_send}"
