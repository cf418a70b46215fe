"""How long a proposal is open, and by which clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from kernel.errors import Conflict, ValidationFailed
from notifications.models import Notification
from proposals.models import Proposal, Vote
from proposals.services import (
    create_proposal,
    expire_proposals,
    facts,
)
from tests.proposals.conftest import World

pytestmark = pytest.mark.django_db


def test_the_clock_ends_a_proposal_where_the_job_is_late(world: World):
    proposal = world.open()
    past = timezone.now() - timedelta(seconds=1)
    Proposal.objects.filter(pk=proposal.id).update(expires_at=past)
    with pytest.raises(Conflict, match="expired"):
        world.accept(proposal)
    with pytest.raises(Conflict, match="expired"):
        world.vote(proposal, "rae")
    with pytest.raises(Conflict, match="expired"):
        world.submit(proposal)
    assert expire_proposals() == 1
    assert expire_proposals() == 0
    event = Event.objects.of_project(world.project.id).get(action="proposal.expired")
    assert event.record["actor"]["kind"] == "service"
    assert Notification.objects.filter(recipient=world.people["ed"], kind="proposal.expired").count() == 1
    copy = create_proposal(caller=world.caller("ed"), project_id=world.project.id, title="Again", copy_of=proposal.id)
    assert world.submit(copy).number == 2


def test_a_time_that_passes_during_the_write_refuses_it_by_the_time_of_its_event(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    proposal = world.open()
    Proposal.objects.filter(pk=proposal.id).update(expires_at=timezone.now() - timedelta(minutes=1))
    monkeypatch.setattr(facts, "refuse_over", lambda proposal: None)
    for act in (lambda: world.vote(proposal, "rae"), lambda: world.accept(proposal)):
        with pytest.raises(Conflict, match="has expired"):
            act()
    assert not Vote.objects.filter(round__proposal=proposal).exists()


def test_the_policy_limits_how_long_a_proposal_is_open(world: World):
    world.require(days=3)
    proposal = world.stage()
    with pytest.raises(ValidationFailed):
        world.submit(proposal, expires_at=timezone.now() + timedelta(days=4))
    with pytest.raises(ValidationFailed):
        world.submit(proposal, expires_at=timezone.now() - timedelta(seconds=1))
    world.submit(proposal)
    expires_at = Proposal.objects.get(pk=proposal.id).expires_at
    assert expires_at is not None
    assert timedelta(days=2) < expires_at - timezone.now() < timedelta(days=4)


def test_how_long_a_proposal_is_open_goes_by_the_clock_of_the_database(world: World, monkeypatch: pytest.MonkeyPatch):
    world.require(days=3)
    behind = timezone.now() - timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: behind)
    proposal = world.stage()
    with pytest.raises(ValidationFailed):
        world.submit(proposal, expires_at=behind + timedelta(minutes=30))
    world.submit(proposal)
    opened = Proposal.objects.get(pk=proposal.id)
    assert opened.expires_at is not None
    assert opened.expires_at > behind + timedelta(days=3, minutes=30)
