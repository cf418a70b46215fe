"""Requests: whoever asked does not decide, a decision is for exactly what was asked, and each ends once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from kernel.errors import Conflict, DomainError, PermissionDenied
from stages.fleet.models import Directive, Edition, Request
from stages.fleet.services import (
    change_directive,
    decide_request,
    expire_requests,
    revoke_grant,
    submit_directive,
    update_team,
    withdraw_request,
)
from tests.fleet.world import World


def test_a_repeated_submission_is_answered_with_the_first(fleet: World):
    caller = fleet.caller("owner", client_ref=uuid4())
    facts: Any = {"release_id": fleet.release.id, "field": "prompt_text", "title": "x", "team_id": fleet.oncology.id}
    first, again = (submit_directive(caller=caller, **facts) for _ in range(2))
    assert first.request is not None
    assert (again.request, again.repeated) == (first.request, True)
    assert Request.objects.filter(team=fleet.oncology).count() == 1


def test_a_quorum_of_two_takes_two_others(fleet: World):
    """Acceptance case 28."""
    fleet.grant(fleet.root)
    for name in ("owner", "editor", "viewer"):
        fleet.role(name, "admin", fleet.root)
    fleet.role("reviewer", "user", fleet.root)
    number = fleet.root.number
    submitted = fleet.submit(team_id=fleet.root.id)
    with pytest.raises(Conflict):
        fleet.decide(submitted, "owner")
    assert fleet.decide(submitted, "editor").state == "open"
    with pytest.raises(Conflict):
        fleet.decide(submitted, "editor")
    with pytest.raises(PermissionDenied):
        fleet.decide(submitted, "reviewer")
    assert fleet.decide(submitted, "viewer").state == "accepted"
    assert Edition.objects.filter(team=fleet.root, number__gt=number).count() == 1
    with pytest.raises(Conflict):
        fleet.decide(submitted, "boss")


def test_an_approval_does_not_count_once_its_giver_may_not_decide_any_more(fleet: World):
    update_team(caller=fleet.boss, team_id=fleet.oncology.id, quorum=2)
    submitted = fleet.submit()
    fleet.decide(submitted, "editor")
    fleet.role("editor", "user")
    assert fleet.decide(submitted, "boss").state == "open"


def test_a_decision_is_for_exactly_what_was_asked(fleet: World):
    submitted = fleet.submit()
    with pytest.raises(Conflict) as refused:
        fleet.decide(submitted, "editor", digest="0" * 64)
    assert submitted.request is not None
    assert refused.value.extra["digest"] == submitted.request.digest


def test_one_rejection_ends_a_request(fleet: World):
    request = fleet.decide(fleet.submit(), "editor", approves=False, comment="Not this one")
    assert request.state == "rejected"
    assert not Directive.objects.filter(team=fleet.oncology).exists()


def test_a_grant_that_was_taken_back_meanwhile_refuses_the_decision(fleet: World):
    submitted = fleet.submit()
    revoke_grant(caller=fleet.caller("owner"), project_id=fleet.project.id, team_id=fleet.oncology.id)
    with pytest.raises(PermissionDenied):
        fleet.decide(submitted, "editor")
    assert submitted.request is not None
    assert not submitted.request.decisions.exists()


def test_a_change_that_was_overtaken_is_refused(fleet: World):
    directive = fleet.directive()
    caller = fleet.caller("owner")
    first = change_directive(caller=caller, directive_id=directive.id, mode="warning")
    second = change_directive(caller=caller, directive_id=directive.id, mode="temporary")
    third = change_directive(caller=caller, directive_id=directive.id, position=7)
    fleet.decide(first, "editor")
    with pytest.raises(Conflict):
        fleet.decide(second, "editor")
    fleet.decide(third, "editor")
    directive.refresh_from_db()
    assert (directive.mode, directive.position) == ("warning", 7)


def test_what_is_not_right_any_more_is_refused_when_it_is_decided(fleet: World):
    first, second = (fleet.submit(destination="file", path="notes/rules.md") for _ in range(2))
    fleet.decide(first, "editor")
    with pytest.raises(Conflict):
        fleet.decide(second, "editor")


def test_a_request_expires(fleet: World):
    submitted = fleet.submit()
    assert expire_requests() == 0
    assert submitted.request is not None
    request = Request.objects.get(pk=submitted.request.id)
    late = put_late(fleet, request)
    with pytest.raises(Conflict):
        fleet.decide(late, "editor")
    assert expire_requests() == 1
    late.refresh_from_db()
    assert late.state == "expired"


def put_late(fleet: World, request: Request) -> Request:
    """The same request, asked for long ago."""
    request.pk = uuid4()
    request.expires_at = timezone.now()
    request._state.adding = True
    request.save(force_insert=True)
    return request


def test_who_asked_takes_a_request_back(fleet: World):
    submitted = fleet.submit()
    assert submitted.request is not None
    with pytest.raises(PermissionDenied):
        withdraw_request(caller=fleet.caller("editor"), request_id=submitted.request.id)
    request = withdraw_request(caller=fleet.caller("owner"), request_id=submitted.request.id)
    assert request.state == "withdrawn"
    with pytest.raises(Conflict):
        fleet.decide(submitted, "editor")


def test_an_event_or_nothing(fleet: World):
    """A read-only token writes nothing."""
    submitted = fleet.submit()
    assert submitted.request is not None
    caller = fleet.caller("editor", is_read_only=True)
    with pytest.raises(DomainError):
        decide_request(caller=caller, request_id=submitted.request.id, approves=True, digest=submitted.request.digest)
    assert not submitted.request.decisions.exists()
