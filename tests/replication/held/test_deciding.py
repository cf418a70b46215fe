"""What an owner decides about held bundles, and what comes in by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from audit.models import Event
from kernel.errors import Conflict, PermissionDenied, ValidationFailed
from kernel.statements import database_now
from projects.models import Project, Status
from stages.registers.fold.payloads import SetField
from stages.registers.models import Operation
from stages.registers.verification import check_records
from stages.replication.choices import Rights
from stages.replication.held import services
from stages.replication.models import HeldBundle, Peer
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import REQ, Desk
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
A, B, C = map(numbered_id, (5, 6, 7))


@pytest.fixture
def decider(owner: User, caller_for: Callable[[User], Caller]) -> Caller:
    return caller_for(owner)


@pytest.fixture
def cut(ann: Desk, basel: Site) -> Site:
    """A site that was revoked after its first bundle, and has sent two more."""
    first, *more = basel.records(A, B, C)
    basel.send(first)
    Peer.objects.filter(pk=basel.peer.pk).update(
        revoked_at=timezone.now(), cut_number=1, cut_hash=bytes.fromhex(first.hash)
    )
    Site(ann.project, "Chur").admit().send(*more)
    return basel


def held(number: int) -> HeldBundle:
    return HeldBundle.objects.get(number=number)


def test_what_a_site_sent_after_its_cut_waits_for_an_owner(ann: Desk, decider: Caller, cut: Site) -> None:
    assert cut.held() == [(2, "revoked"), (3, "revoked")]
    with pytest.raises(Conflict):
        services.release_held(caller=decider, held_id=held(3).id, reason="They were at the plant")
    services.release_held(caller=decider, held_id=held(2).id, reason="They were at the plant")
    assert cut.held() == [(3, "revoked")]
    assert ann.value(B, "title") == "made elsewhere"
    event = Event.objects.get(action="held.released")
    assert (event.data["number"], event.data["reason"]) == (2, "They were at the plant")
    assert (held(2).decision, held(2).decided_at, held(2).decided_by) == ("released", event.at, decider.user)
    assert [str(each) for each in check_records()] == []


def test_a_reason_is_needed(decider: Caller, cut: Site) -> None:
    """Case 28."""
    for act in (services.release_held, services.discard_held):
        with pytest.raises(ValidationFailed, match="reason"):
            act(caller=decider, held_id=held(2).id, reason=" ")
    assert cut.held() == [(2, "revoked"), (3, "revoked")]


def test_what_was_discarded_does_not_come_back(ann: Desk, decider: Caller, basel: Site) -> None:
    """Case 28. What follows it waits for good."""
    reader = Site(ann.project, "Bern").admit(Rights.READS)
    first, second = reader.records(A, B)
    reader.send(first)
    services.discard_held(caller=decider, held_id=held(1).id, reason="Nobody wants it")
    reader.admit(Rights.WRITES)
    assert services.retry_held(ann.project.id) == 0
    found = reader.send(first, second)
    assert (found.accepted, found.close) == (0, None)
    assert reader.held() == [(2, "behind")]
    event = Event.objects.get(action="held.discarded")
    assert event.data["hash"] == first.hash
    with pytest.raises(Conflict, match="decided already"):
        services.discard_held(caller=decider, held_id=held(1).id, reason="Again")


def test_only_owners_decide(ann: Desk, cut: Site) -> None:
    with pytest.raises(PermissionDenied):
        services.discard_held(caller=ann.caller, held_id=held(2).id, reason="I am an editor")


def test_nobody_releases_what_ends_by_itself(ann: Desk, decider: Caller) -> None:
    reader = Site(ann.project, "Bern").admit(Rights.READS)
    reader.send(*reader.records(A))
    with pytest.raises(Conflict, match="only read"):
        services.release_held(caller=decider, held_id=held(1).id, reason="Let it in")


def test_the_texts_of_a_fork_are_entered_again(ann: Desk, decider: Caller, basel: Site) -> None:
    basel.send(*basel.records(A))
    other = Site(ann.project, "Basel")
    forked = other.write([SetField(A, REQ, "title", "another history")])
    basel.send(forked)
    (row,) = HeldBundle.objects.all()
    assert row.reason == "fork"
    services.re_enter_held(caller=decider, held_id=row.id)
    newest = Operation.objects.latest("id")
    assert '"source":{"held":"' + forked.hash + '"}' in newest.text
    assert newest.kind == "SetField"
    row.refresh_from_db()
    assert (row.decision, row.decided_by) == ("re_entered", decider.user)
    assert basel.send(forked).held == []
    assert [str(each) for each in check_records()] == []


def test_entering_again_writes_and_so_needs_a_project_that_takes_writes(ann: Desk, decider: Caller, cut: Site) -> None:
    from kernel.errors import ProjectFrozen

    Project.objects.filter(pk=ann.project.pk).update(status=Status.FROZEN)
    with pytest.raises(ProjectFrozen):
        services.re_enter_held(caller=decider, held_id=held(2).id)
    services.release_held(caller=decider, held_id=held(2).id, reason="It comes in all the same")


def test_what_may_come_in_does_by_itself(ann: Desk) -> None:
    """Case 5: the rights changed."""
    reader = Site(ann.project, "Bern").admit(Rights.READS)
    reader.send(*reader.records(A, B, C))
    assert services.retry_held(ann.project.id) == 0
    reader.admit(Rights.WRITES)
    assert services.retry_held(ann.project.id) == 3
    assert {each.decision for each in HeldBundle.objects.all()} == {"accepted"}
    assert ann.value(C, "title") == "made elsewhere"


def test_what_was_ahead_comes_in_when_its_time_has_come(
    ann: Desk, basel: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Case 22."""
    basel.now_ms = int(database_now().timestamp() * 1000) + 10 * 60_000
    basel.send(*basel.records(A, B))
    assert services.retry_held(ann.project.id) == 0
    assert basel.held() == [(1, "future"), (2, "behind")]
    now: Callable[[], Any] = database_now
    monkeypatch.setattr(services, "database_now", lambda: now() + timedelta(minutes=6))
    assert services.retry_held(ann.project.id) == 2
    assert basel.held() == []


def test_a_bundle_whose_site_was_admitted_may_wait_for_another_reason(ann: Desk) -> None:
    stranger = Site(ann.project, "Bern")
    relay = Site(ann.project, "Chur").admit()
    relay.send(*stranger.records(A))
    Peer.objects.create(
        project=ann.project, key=bytes.fromhex(stranger.site_key), rights=Rights.WRITES, admitted_at=timezone.now()
    )
    assert services.retry_held(ann.project.id) == 0
    assert relay.held() == [(1, "unknown_key")]
    stranger.certify()
    services.retry_everywhere()
    assert relay.held() == []
