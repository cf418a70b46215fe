"""The fleet in the palette: directives, stations and teams by name, and what one may begin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from stages.fleet.choices import DirectiveStatus
from stages.fleet.models import Directive, Station, Team
from stages.fleet.pages.seen import seen_by
from stages.fleet.permissions import MANAGE_RULES
from workspace.palette.entries import PaletteContext, PaletteEntry

# Rows of each kind that are read for what was typed.
MAX_FOUND: Final = 20


def actions(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new directive, a new station."""
    if not question:
        return
    seen = seen_by(context.user)
    if seen.readable:
        yield PaletteEntry(
            label=_("Connect a station…"),
            icon="monitor",
            href=reverse("fleet:connect"),
            words=_("fleet machine workstation login"),
        )
    if seen.may_anywhere(MANAGE_RULES):
        yield PaletteEntry(
            label=_("New directive…"),
            icon="radio",
            href=reverse("fleet:new_directive"),
            words=_("fleet issue release stations"),
        )


def by_name(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """Directives, stations and teams whose names have what was typed."""
    if not question:
        return
    seen = seen_by(context.user)
    if not seen.shown:
        return
    directives = Directive.objects.filter(team__in=seen.shown, title__icontains=question)
    for each in directives.exclude(status=DirectiveStatus.WITHDRAWN)[:MAX_FOUND]:
        yield PaletteEntry(
            label=each.title, icon="radio", href=reverse("fleet:directive", args=[each.id]), note=_("Directive")
        )
    stations = Station.objects.filter(team__in=seen.readable, revoked_at__isnull=True, name__icontains=question)
    for found in stations[:MAX_FOUND]:
        yield PaletteEntry(
            label=found.name, icon="monitor", href=reverse("fleet:station", args=[found.pk]), note=_("Station")
        )
    for team in Team.objects.filter(pk__in=seen.shown, name__icontains=question)[:MAX_FOUND]:
        yield PaletteEntry(label=team.name, icon="users", href=reverse("fleet:team", args=[team.id]), note=_("Team"))
