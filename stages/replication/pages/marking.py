"""The header of pages: how many sites are away, what waits for them, and the name of this one."""

from __future__ import annotations

from collections.abc import Sequence
from socket import gethostname
from typing import Final

from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.permissions import may
from stages.replication.pages.alarms import DIFFERS, FORK
from stages.replication.permissions import READ
from stages.replication.reading.sites import own_name
from stages.replication.reading.waiting import OpenAlarm, Waiting, read_waiting
from workspace.marks import Mark, MarkContext

# After these it may read otherwise; that a node ended with its links is no event.
_ON: Final = "sync. register. site."
_FIRST: Final = "site."
# Of as many alarms the hover text says what they are.
_MAX_SENTENCES: Final = 5
_MAX_NAME: Final = 40


def mark_of(context: MarkContext) -> Mark | None:
    """No words while nothing waits and nothing differs. One query."""
    if not may(READ, role=context.access.role):
        return None
    waiting = read_waiting(context.access.project.id)
    if not waiting.sites:
        return Mark(on=_FIRST)
    url = reverse("replication:sites", args=[context.access.project.id])
    if waiting.alarms:
        words, title = _words_of_alarms(waiting.alarms), "\n".join(map(_sentence, waiting.alarms[:_MAX_SENTENCES]))
        return Mark(icon="triangle-alert", words=words, url=url, tone="bad", title=title, on=_ON, changes_silently=True)
    words = _words(waiting) if waiting.to_send else ""
    title = _("Changes that are not at all sites yet")
    return Mark(icon="waypoints", words=words, url=url, title=title, on=_ON, changes_silently=True)


def name_of_site() -> str:
    """What this site is called, where somebody has named it."""
    name = own_name()
    return "" if name == gethostname()[: len(name)] else name


def _words_of_alarms(alarms: Sequence[OpenAlarm]) -> str:
    sites = ", ".join(each.site for each in alarms)
    if all(each.kind == DIFFERS for each in alarms):
        return _("Differs from {sites}").format(sites=sites)
    return _("Alarm about {sites}").format(sites=sites)


def _sentence(alarm: OpenAlarm) -> str:
    """What was noticed, as the page Sites says it."""
    site = truncatechars(alarm.site, _MAX_NAME)
    if alarm.kind == DIFFERS:
        return _("{site} has the same changes and shows other records.").format(site=site)
    if alarm.kind == FORK:
        return _("A site has written two histories under one number, as {site} shows.").format(site=site)
    return _("{site}: {detail}").format(site=site, detail=alarm.detail)


def _words(waiting: Waiting) -> str:
    to_send = _("{n} to send").format(n=f"{waiting.to_send:,}")
    if not waiting.away:
        return to_send
    away = ngettext("{n} site away", "{n} sites away", waiting.away).format(n=waiting.away)
    return f"{away} · {to_send}"
