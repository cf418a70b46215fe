"""Telling stations what became of what was altered on them, when a proposal ends and when they come back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Away:
    """A station that was away since some time."""

    station_id: UUID
    since: datetime


def read_decisions(away: Sequence[Away]) -> list[list[dict[str, Any]]]:
    """For each station what was decided while it was away, as `decided` notifications."""
    proposals, requests = _proposals_of(away), _requests_of(away)
    return [[*proposals[each.station_id], *requests[each.station_id]] for each in away]


def _proposals_of(away: Sequence[Away]) -> defaultdict[UUID, list[dict[str, Any]]]:
    """Of a file the newest proposal counts."""
    of_file = ("author_id", "project_id", "origin_id")
    authors = [each.station_id for each in away]
    proposals = Proposal.objects.filter(author__in=authors, origin_type=ORIGIN, opened_at__isnull=False)
    newest = proposals.order_by(*of_file, "-opened_at").distinct(*of_file)
    since = {each.station_id: each.since for each in away}
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for proposal in newest:
        decided = found[proposal.author_id]
        is_new = proposal.state in ENDED and _is_after(proposal.ended_at, since[proposal.author_id])
        if is_new and len(decided) < MAX_DECISIONS:
            decided += map(_body, _of_proposal(proposal))
    return found


def _requests_of(away: Sequence[Away]) -> defaultdict[UUID, list[dict[str, Any]]]:
    since = {each.station_id: each.since for each in away}
    first = min(since.values()) - MARGIN
    requests = Request.objects.filter(kind=RequestKind.EXCEPTION, station__in=since, ended_at__gt=first)
    found: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for request in requests.exclude(state=RequestState.OPEN).order_by("ended_at"):
        assert request.station_id is not None
        decided = found[request.station_id]
        if _is_after(request.ended_at, since[request.station_id]) and len(decided) < MAX_DECISIONS:
            decided.append(_body(_of_request(request)))
    return found


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
            "place": proposal.origin_id.partition(":")[2],
        }


def _of_request(request: Request) -> dict[str, Any]:
    return {
        "request_id": request.id,
        "kind": request.kind,
        "directive_id": request.directive_id,
        "state": request.state,
        "at": request.ended_at,
    }


def _body(decision: dict[str, Any]) -> dict[str, Any]:
    return live.decision_body(**decision)


def _is_after(at: datetime | None, since: datetime) -> bool:
    return at is not None and at > since - MARGIN
