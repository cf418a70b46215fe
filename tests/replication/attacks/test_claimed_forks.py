"""Whoever names another hash under a number of somebody's chain accuses nobody: a signed bundle has to come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from notifications.models import Notification
from projects.models import Project
from stages.registers.fold.wire import WireBundle
from stages.replication.ingest.reading import clock_of, state_hash_of
from stages.replication.ingest.wire import write_wire
from stages.replication.link.alarms import end_differs, raise_differs
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.heads import forks_with
from stages.replication.link.methods import Remote
from stages.replication.link.states import take_state
from stages.replication.link.taking import take_bundles
from tests.registers.fold.writing import numbered_id
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
A, B = map(numbered_id, (5, 6))
OTHER = "ab" * 32


@pytest.fixture
def victim(basel: Site) -> Site:
    basel.send(*basel.records(A))
    return basel


def remote(site: Site) -> Remote:
    return Remote(site.project_id, site.peer.id, site.site_key)


def say(site: Site, about: Site, digest: str) -> Any:
    """The `state` of a site that says to have another newest bundle of a chain; what it is answered."""
    project = site.project_id
    clock = {**clock_of(project), about.site_key: [about.head.hlc, 1, digest]}
    members = {"held": {}, "admitted": [], "record": {}, "now": 1_700_000_000_000}
    return take_state(remote(site), {"clock": clock, "state_hash": state_hash_of(project), **members}).result


def push(site: Site, *bundles: WireBundle) -> LinkClosed:
    params = {"bundles": [write_wire(each) for each in bundles], "keys": [], "remaining": 0}
    with pytest.raises(LinkClosed) as closed:
        take_bundles(remote(site), params)
    return closed.value


def lines(owner: User) -> list[tuple[str, str]]:
    found = Notification.objects.filter(recipient=owner, kind__startswith="sync.").order_by("id")
    return [(each.kind, each.facts["name"]) for each in found]


def test_a_hash_alone_is_no_fork(project: Project, owner: User, victim: Site) -> None:
    liar = Site(project, "Mallory").admit()
    for digest in (OTHER, "cd" * 32):
        # It is asked for: the other side sends the bundles that show it.
        (fork,) = say(liar, victim, digest)["forks"]
        assert (fork["site"], fork["number"], fork["hash"]) == (victim.site_key, 1, victim.head.hash)
    assert (liar.peer.alarm, victim.peer.alarm, lines(owner)) == (None, None, [])


def test_a_signed_bundle_is_one_and_names_who_wrote_it(project: Project, owner: User, victim: Site) -> None:
    relay = Site(project, "Chur").admit()
    victim.head = type(victim.head)()
    (other,) = victim.records(B)
    assert push(relay, other).code == LinkClose.BAD_CONTENT
    alarm = relay.peer.alarm
    assert alarm is not None
    assert (alarm["kind"], alarm["site"], alarm["number"]) == ("fork", victim.site_key, 1)
    assert lines(owner) == [("sync.refused", "Basel")]
    # Our side of it goes to whoever has shown the other one, whatever it names by then.
    assert forks_with(project.id, relay.site_key, {}) == [(victim.site_key, 1)]


def test_one_inbox_line_of_a_fork_within_the_hour(project: Project, owner: User, victim: Site) -> None:
    relay = Site(project, "Chur").admit()
    for number in range(6, 10):
        victim.head = type(victim.head)()
        push(relay, *victim.records(numbered_id(number)))
        Notification.objects.update(read_at=Notification.objects.earliest("created_at").created_at)
    assert lines(owner) == [("sync.refused", "Basel")]


def test_states_that_differ_in_turn_fill_no_inbox(project: Project, owner: User, basel: Site) -> None:
    record = str(uuid4())
    for _turn in range(3):
        raise_differs(basel.peer.id, ())
        raise_differs(basel.peer.id, [record])
        end_differs(basel.peer.id)
        Notification.objects.update(read_at=Notification.objects.earliest("created_at").created_at)
    assert lines(owner) == [("sync.differs", "Basel")] * 2
    for line in Notification.objects.filter(kind="sync.differs"):
        Notification.objects.filter(pk=line.pk).update(created_at=line.created_at - timedelta(hours=2))
    raise_differs(basel.peer.id, [record])
    assert lines(owner) == [("sync.differs", "Basel")] * 3
