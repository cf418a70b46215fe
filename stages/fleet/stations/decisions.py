"""Telling stations what became of what was altered on them, when a proposal ends and when they come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from proposals.endings import EndedProposal
from proposals.kinds import read_key
from proposals.models import ENDED, Proposal, Round
from stages.fleet import live
from stages.fleet.choices import RequestKind, RequestState
from stages.fleet.models import Directive, Request, Station
from stages.fleet.stations.services.changing import ORIGIN, station_of
from stages.fleet.tree import read_tree

PROPOSAL: Final = "proposal"
# Decisions of the last moments before it went away may be lost on the way.
MARGIN: Final = timedelta(minutes=2)
MAX_DECISIONS: Final = 100


def notify_station(ended: EndedProposal) -> None:
    """Let the station whose alterations a proposal held know how it ended (`END_STEPS`)."""
    station_id = station_of(ended.proposal)
    if station_id is not None:
        for decision in _of_proposal(ended.proposal):
            transaction.on_commit(partial(live.publish_decision, station_id, **decision), robust=True)


def decisions_for(station_id: UUID, *, since: datetime) -> list[dict[str, Any]]:
    """What was decided while a station was away, as `decided` notifications; of a file the newest proposal counts."""
    newest: dict[tuple[UUID, str], Proposal] = {}
    proposals = Proposal.objects.filter(author=station_id, origin_type=ORIGIN, opened_at__isnull=False)
    for proposal in proposals.order_by("-opened_at")[:MAX_DECISIONS]:
        newest.setdefault((proposal.project_id, proposal.origin_id), proposal)
    ended = [each for each in newest.values() if each.state in ENDED and _is_after(each.ended_at, since)]
    facts = [decision for proposal in ended for decision in _of_proposal(proposal)]
    requests = Request.objects.filter(
        kind=RequestKind.EXCEPTION, station=station_id, ended_at__gt=since - MARGIN
    ).exclude(state=RequestState.OPEN)
    facts += map(_of_request, requests.order_by("ended_at")[:MAX_DECISIONS])
    return [live.decision_body(**each) for each in facts]


def _of_proposal(proposal: Proposal) -> Iterator[dict[str, Any]]:
    """The facts of one for each directive of the station whose text the proposal changes."""
    station = Station.objects.filter(pk=station_of(proposal)).first()
    round_ = Round.objects.filter(proposal=proposal).order_by("-number").first()
    if station is None or round_ is None:
        return
    fields = {read_key(name).target for name in round_.changes}
    teams = [team.id for team in read_tree().path(station.team_id)]
    directives = Directive.objects.filter(project=proposal.project_id, field__in=fields, team__in=teams)
    for directive_id in directives.values_list("pk", flat=True):
        yield {
            "request_id": proposal.id,
            "kind": PROPOSAL,
            "directive_id": directive_id,
            "state": proposal.state,
            "at": proposal.ended_at,
        }


def _of_request(request: Request) -> dict[str, Any]:
    return {
        "request_id": request.id,
        "kind": request.kind,
        "directive_id": request.directive_id,
        "state": request.state,
        "at": request.ended_at,
    }


def _is_after(at: datetime | None, since: datetime) -> bool:
    return at is not None and at > since - MARGIN
