"""What needs attention in the fleet: open requests, changed files, stale stations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stages.fleet.choices import RequestState
from stages.fleet.models import Report, Request, Station
from stages.fleet.pages.frame import FleetReader
from stages.fleet.pages.report_words import OF_CHANGES, ReportView, view_of
from stages.fleet.pages.request_words import title_of
from stages.fleet.reading import visible_requests

MAX_REQUESTS: Final = 5
MAX_CHANGES: Final = 5
# Changed files are named for so long.
RECENT: Final = timedelta(days=2)
# Reports that are read to find the newest of each file.
_MAX_READ: Final = 100
_MAX_NAMES: Final = 2


@dataclass(frozen=True, slots=True)
class Attention:
    """One thing to look at. `act` is what the link says where it is a button."""

    icon: str
    state: str
    title: str
    text: str
    at: datetime | None
    url: str
    act: str = ""


def needs_attention(reader: FleetReader, stale: Sequence[Station]) -> list[Attention]:
    """Requests, the oldest first; the newest change of each file; the stale stations in one line."""
    return [*_requests(reader), *_changes(reader), *_stale(stale)]


def _requests(reader: FleetReader) -> Iterator[Attention]:
    found = (
        Request.objects.filter(visible_requests(reader.seen.access), state=RequestState.OPEN)
        .select_related("author", "directive", "station", "team")
        .order_by("asked_at")[:MAX_REQUESTS]
    )
    for each in found:
        text = _("“{reason}”").format(reason=each.reason) if each.reason else ""
        where = each.station.name if each.station else each.team.name
        yield Attention(
            icon="circle-dashed",
            state="free",
            title=title_of(each),
            text=" ".join(filter(None, (f"{where}:" if text else where, text))),
            at=each.asked_at,
            url=reverse("fleet:request", args=[each.id]),
            act=_("Decide…"),
        )


def _changes(reader: FleetReader) -> Iterator[Attention]:
    newest = (
        Report.objects.filter(
            station__team__in=reader.seen.readable, kind__in=OF_CHANGES, received_at__gte=reader.now - RECENT
        )
        .select_related("station__owner")
        .order_by("-received_at")[:_MAX_READ]
    )
    seen: dict[tuple[object, str], ReportView] = {}
    for report in newest:
        view = view_of(report)
        seen.setdefault((report.station_id, view.path), view)
    for view in list(seen.values())[:MAX_CHANGES]:
        station = view.report.station
        name = view.name or station.name
        yield Attention(
            icon=view.words.icon,
            state=view.words.state,
            title=_("{file}: {what}").format(file=name, what=view.words.label),
            text=f"{station.name}, {station.owner.display_name}",
            at=view.report.received_at,
            url=f"{reverse('fleet:station', args=[station.pk])}?report={view.report.station_seq}",
        )


def _stale(stale: Sequence[Station]) -> Iterator[Attention]:
    if not stale:
        return
    n = len(stale)
    seen = [each.last_seen_at for each in stale if each.last_seen_at]
    names = ", ".join(each.name for each in stale[:_MAX_NAMES])
    more = n - _MAX_NAMES
    if more > 0:
        names = ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % {"names": names, "n": more}
    yield Attention(
        icon="clock",
        state="free",
        title=ngettext("%(n)d station is stale", "%(n)d stations are stale", n) % {"n": n},
        text=ngettext("%(names)s keeps its last edition", "%(names)s keep their last edition", n) % {"names": names},
        at=max(seen, default=None),
        url=f"{reverse('fleet:stations')}?state=stale",
    )
