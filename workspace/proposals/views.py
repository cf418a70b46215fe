"""The proposals of a project: the reader's own, those that are open, and those that ended."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.db.models import F, Func, TextField
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.callers import caller_from_request
from accounts.models import User
from kernel.errors import Conflict, PayloadTooLarge, ValidationFailed
from projects import field_names
from projects.access import Access, get_project
from projects.models import Status
from projects.permissions import allowed
from proposals import services
from proposals.kinds import DEFAULT_KIND
from proposals.models import Proposal, ProposalQuerySet, ProposalState, Round
from proposals.visibility import that_change
from workspace.decorators import PageRequest, is_htmx, page
from workspace.htmx_action import refusal_text
from workspace.project_frame import frame_of
from workspace.proposals.presentation import proposal_address
from workspace.proposals.rows import after, ranked, sections_of, totals
from workspace.query_numbers import query_number
from workspace.releases.views import go_to, live_data

PAGE_PROPOSALS: Final = 30
# More rows than this make a page of their own.
MAX_PAGE_PROPOSALS: Final = 300


@page("GET", "HEAD", "POST")
def proposal_list(request: PageRequest, project_id: UUID) -> HttpResponse:
    """GET `?state=&author=&field=&rows=60&after=<id>`: thirty at a time; `new` opens the form. POST `title`."""
    if request.method == "POST":
        return _create(request, project_id)
    access = get_project(user=request.user, project_id=project_id)
    return render(request, "workspace/proposals.html", list_context(request, access))


def list_context(request: PageRequest, access: Access) -> dict[str, Any]:
    """What the list shows."""
    project, status = access.project, Status(access.project.status)
    live = live_data(request, project.id)
    every = Proposal.objects.visible_to(request.user).filter(project=project)
    filters = {name: request.GET.get(name, "") for name in ("state", "author", "field")}
    found = ranked(_filtered(every, filters, request.user), request.user)
    counted = totals(found)
    last = _identity(request.GET.get("after", ""))
    rows = min(max(query_number(request.GET, "rows") or PAGE_PROPOSALS, PAGE_PROPOSALS), MAX_PAGE_PROPOSALS)
    shown = list((after(found, last) if last else found).with_people()[: rows + 1])
    more = len(shown) > rows
    shown = shown[:rows]
    return {
        "frame": frame_of(access, user=request.user, tab="proposals"),
        "project_id": project.id,
        "sections": sections_of(shown, user=request.user, counted=counted),
        "older": _older(request, rows, shown[-1]) if more else None,
        "filters": filters,
        "is_filtered": any(filters.values()),
        "states": ProposalState.choices,
        "authors": User.objects.filter(pk__in=every.order_by().values("author")).order_by("display_name"),
        "fields": _fields(project.id),
        # One is begun with texts, which a replica does not have; those of records come from what makes them.
        "may_stage": allowed("proposal.stage", role=access.role, status=status) and status != Status.REPLICA,
        "opens_new": "new" in request.GET,
        "live": live,
    }


def _create(request: PageRequest, project_id: UUID) -> HttpResponse:
    title = request.POST.get("title", "")
    try:
        made = services.create_proposal(caller=caller_from_request(request), project_id=project_id, title=title)
    except (ValidationFailed, Conflict, PayloadTooLarge) as refusal:
        words = {"title": title, "problem": refusal_text(refusal), "project_id": project_id}
        if is_htmx(request):
            template = "workspace/parts/proposals/new_form.html"
            return render(request, template, words, status=refusal.status)
        access = get_project(user=request.user, project_id=project_id)
        context = {**list_context(request, access), **words, "opens_new": True}
        return render(request, "workspace/proposals.html", context, status=refusal.status)
    return go_to(request, proposal_address(made))


def _filtered(proposals: ProposalQuerySet, filters: dict[str, str], user: User) -> ProposalQuerySet:
    if filters["state"] in ProposalState.values:
        proposals = proposals.filter(state=filters["state"])
    if filters["author"]:
        proposals = proposals.filter(author__username=filters["author"])
    if filters["field"]:
        proposals = that_change(proposals, filters["field"], user=user)
    return proposals


def _fields(project_id: UUID) -> list[str]:
    """The fields that any round changes, for the filter; one query."""
    names = Func(F("changes"), function="jsonb_object_keys", output_field=TextField())
    rounds = Round.objects.filter(project=project_id).order_by().annotate(name=names)
    keys = [name.partition(":") for name in rounds.values_list("name", flat=True).distinct()]
    return field_names.in_order({target for kind, _colon, target in keys if kind == DEFAULT_KIND})


def _older(request: PageRequest, rows: int, last: Proposal) -> str:
    """The address of the same page with more rows, or of the next page where this one is full."""
    query = request.GET.copy()
    if rows < MAX_PAGE_PROPOSALS:
        query["rows"] = str(rows + PAGE_PROPOSALS)
    else:
        query["after"] = str(last.id)
        query.pop("rows", None)
    return f"?{query.urlencode()}"


def _identity(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        if text:
            raise ValidationFailed({"after": [_("Must be the id of a proposal.")]}) from None
        return None
