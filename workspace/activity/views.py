"""What happened in a project: the page, and the panel beside the editor."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from accounts.models import User
from audit.models import Event, project_chain
from drafts.models import Draft
from projects import field_names
from projects.access import get_project
from projects.fields import CONFIGURATION, PROMPT
from workspace.activity.entries import (
    SPARK_WEEKS,
    ActivityFilter,
    bars_of,
    by_day,
    events_of,
    groups_of,
    in_time,
    kind_choices,
)
from workspace.decorators import PageRequest, is_htmx, page
from workspace.history.views import changed_ever
from workspace.project_frame import frame_of
from workspace.releases.views import live_data
from workspace.templatetags.foundry import reader_zone

# In groups of events that are alike; each page looks at no more events than this.
PAGE_SIZE = 60
PANEL_SIZE = 30
MAX_EVENTS, MAX_PANEL_EVENTS = 600, 150


@page()
def activity(request: PageRequest, project_id: UUID) -> HttpResponse:
    """`?person=&kind=&field=&since=&until=&before=`: events, newest first. The list alone where htmx asks."""
    # First the newest event, then the state: what happens in between comes again, and is never missed.
    live = live_data(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    filters, zone = ActivityFilter.read(request.GET), reader_zone(request)
    wanted = events_of(project_id, filters)
    found = list(in_time(wanted, filters, zone)[: MAX_EVENTS + 1])
    groups = groups_of(found[:MAX_EVENTS], zone, maximum=PAGE_SIZE)
    shown = sum(len(group.rows) for group in groups)
    context = {
        "project_id": project_id,
        "filters": filters,
        "days": by_day(groups, zone),
        "bars": bars_of(wanted, zone),
        "spark_weeks": SPARK_WEEKS,
        "older": found[shown - 1].seq if shown < len(found) else None,
    }
    if is_htmx(request) and not request.headers.get("HX-Boosted"):
        return render(request, "workspace/parts/activity_list.html", context)
    chain = Event.objects.filter(chain=project_chain(project_id))
    fields = {PROMPT, CONFIGURATION, *changed_ever(Draft.objects.of_project(project_id))}
    context |= {
        "frame": frame_of(access, user=request.user, tab="activity"),
        "people": User.objects.filter(pk__in=chain.order_by().values("actor_id")).order_by("display_name"),
        "fields": field_names.in_order(fields),
        "kinds": kind_choices(),
        "live": live,
    }
    return render(request, "workspace/activity.html", context)


@page()
def panel(request: PageRequest, project_id: UUID) -> HttpResponse:
    """The newest events, for the side of the workspace."""
    get_project(user=request.user, project_id=project_id)
    events = events_of(project_id, ActivityFilter())[:MAX_PANEL_EVENTS]
    groups = groups_of(events, reader_zone(request), maximum=PANEL_SIZE)
    context = {"project_id": project_id, "groups": groups}
    return render(request, "workspace/parts/activity_panel.html", context)
