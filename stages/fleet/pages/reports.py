"""The reports of all stations, newest first."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime

from stages.fleet.models import Directive, Report
from stages.fleet.pages.frame import FleetReader, fleet_page
from stages.fleet.pages.inputs import optional_id
from stages.fleet.pages.report_words import KINDS, kind_words, view_of

PAGE: Final = 100


@fleet_page("GET", "HEAD")
def reports(reader: FleetReader) -> HttpResponse:
    """GET `?kind=&directive=&before=`: what stations reported, the newest first."""
    kind = reader.request.GET.get("kind", "")
    directive = _directive(reader)
    found = Report.objects.filter(station__team__in=reader.seen.readable)
    if kind in KINDS:
        found = found.filter(kind=kind)
    if directive is not None:
        found = found.filter(about=str(directive.id))
    before = (
        parse_datetime(reader.request.GET.get("before", "").replace(" ", "+"))
        if "before" in reader.request.GET
        else None
    )
    if before is not None:
        found = found.filter(received_at__lt=before)
    page = list(found.select_related("station__owner", "station__team").order_by("-received_at")[: PAGE + 1])
    titles = {
        str(pk): title for pk, title in Directive.objects.filter(team__in=reader.seen.shown).values_list("id", "title")
    }
    context = {
        "rows": [view_of(each, titles) for each in page[:PAGE]],
        "more": page[PAGE - 1].received_at.isoformat() if len(page) > PAGE else "",
        "kind": kind,
        "kinds": [(each, kind_words(each)) for each in KINDS],
        "directive": directive,
    }
    return reader.render("fleet/reports.html", "reports", context)


def _directive(reader: FleetReader) -> Directive | None:
    wanted = optional_id(reader.request.GET.get("directive", ""))
    return Directive.objects.filter(pk=wanted, team__in=reader.seen.shown).first() if wanted else None
