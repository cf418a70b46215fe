"""A site that stays and lies about a revoked one: how far its chain counted is believed only of what leads there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from accounts.callers import Caller
from audit.models import Event
from projects.models import Project
from stages.registers.fold.wire import WireBundle
from stages.registers.models import Bundle
from stages.replication.admission.services import follow_revocation, revoke_site, take_introductions
from stages.replication.choices import Rights
from stages.replication.models import Peer
from tests.registers.fold.writing import numbered_id
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
IDS = [numbered_id(each) for each in range(5, 11)]
FAR = 2**31 - 1
Capture = Callable[..., Any]


@pytest.fixture
def victim(basel: Site) -> Site:
    """A site that is to be revoked, of which one bundle is here."""
    basel.send(*basel.records(IDS[0]))
    return basel


def claim(site: Site, about: Site, number: int, digest: str) -> None:
    """What its link last said to have."""
    Peer.objects.filter(pk=site.peer.pk).update(clock={about.site_key: ["00" * 12, number, digest]})


def report(site: Site, about: Site, number: int, digest: str) -> None:
    """It says that it has revoked the other one, too."""
    said = Elsewhere(about.project_id, about.name).introduction(revoked={"number": number, "hash": digest})
    take_introductions(project_id=site.project_id, peer_key=site.site_key, introductions=[said])


def revoke(boss: Caller, site: Site) -> None:
    revoke_site(caller=boss, project_id=site.project_id, key=site.site_key, reason="Stolen laptop")


def numbers(site: Site) -> list[int]:
    found = Bundle.objects.filter(project=site.project_id, site_key=bytes.fromhex(site.site_key))
    return list(found.order_by("number").values_list("number", flat=True))


@pytest.mark.parametrize("rights", Rights)
@pytest.mark.parametrize("say", [claim, report])
def test_a_bundle_that_nobody_wrote_lets_nothing_in(
    project: Project, boss: Caller, victim: Site, rights: Rights, say: Callable[..., None]
) -> None:
    mallory = Site(project, "Mallory").admit(rights)
    say(mallory, victim, FAR, "ab" * 32)
    revoke(boss, victim)
    assert victim.peer.cut_number == 1
    for bundle in victim.records(*IDS[1:4]):
        assert (mallory.send(bundle).accepted, numbers(victim)) == (0, [1])
    assert victim.held() == [(2, "revoked"), (3, "revoked"), (4, "revoked")]


def test_it_hides_nothing_of_what_an_honest_one_had(project: Project, boss: Caller, victim: Site) -> None:
    mallory, chur = Site(project, "Mallory").admit(), Site(project, "Chur").admit()
    more = victim.records(*IDS[1:5])
    claim(mallory, victim, FAR, "ab" * 32)
    claim(chur, victim, 3, more[1].hash)
    revoke(boss, victim)
    chur.send(*more)
    assert (numbers(victim), victim.held()) == ([1, 2, 3], [(4, "revoked"), (5, "revoked")])


def test_a_site_that_may_only_read_moves_no_cut(
    project: Project, boss: Caller, victim: Site, django_capture_on_commit_callbacks: Capture
) -> None:
    reader = Site(project, "Visp").admit(Rights.READS)
    more = victim.records(*IDS[1:4])
    claim(reader, victim, 3, more[1].hash)
    with django_capture_on_commit_callbacks(execute=True):
        revoke(boss, victim)
        reader.send(*more)
        report(reader, victim, 4, more[2].hash)
    assert (numbers(victim), victim.peer.cut_number) == ([1], 1)


def test_what_leads_elsewhere_is_no_run(project: Project, boss: Caller, victim: Site) -> None:
    """The revoked site writes another history after the bundle that is here."""
    chur = Site(project, "Chur").admit()
    head = victim.head
    honest = victim.records(*IDS[1:3])
    victim.head = head
    other = victim.records(*IDS[3:5])
    claim(chur, victim, 3, honest[1].hash)
    revoke(boss, victim)
    victim.send(*other)
    victim.send(honest[1])
    assert numbers(victim) == [1]
    chur.send(honest[0])
    assert numbers(victim) == [1, 2, 3]
    known = Bundle.objects.filter(site_key=bytes.fromhex(victim.site_key)).order_by("number")
    assert [bytes(each.hash).hex() for each in known[1:]] == [each.hash for each in honest]


def test_a_run_is_asked_everything_else(project: Project, boss: Caller, victim: Site) -> None:
    mallory = Site(project, "Mallory").admit()
    first, second = victim.records(*IDS[1:3])
    claim(mallory, victim, 3, unsigned(second).hash)
    revoke(boss, victim)
    mallory.send(first, unsigned(second))
    assert (numbers(victim), victim.peer.cut_number) == ([1, 2], 2)
    assert victim.held() == [(3, "bad_signature")]


def unsigned(bundle: WireBundle) -> WireBundle:
    (text, signature), *rest = bundle.operations
    return replace(bundle, operations=((text, bytes(len(signature))), *rest))


def test_what_one_that_was_away_had_comes_when_it_follows(
    project: Project, boss: Caller, victim: Site, django_capture_on_commit_callbacks: Capture
) -> None:
    """Revoked here without a word of how far Chur was; Chur follows at its own head (case 25 in another order)."""
    chur = Site(project, "Chur").admit()
    more = victim.records(*IDS[1:5])
    revoke(boss, victim)
    chur.send(*more[:3])
    assert numbers(victim) == [1]
    with django_capture_on_commit_callbacks(execute=True):
        report(chur, victim, 4, more[2].hash)
    assert (numbers(victim), victim.peer.cut_number) == ([1, 2, 3, 4], 4)
    chur.send(more[3])
    assert victim.held() == [(5, "revoked")]
    assert Event.objects.of_project(project.id).filter(action="site.cut_moved").count() == 1


def test_following_a_liar_lets_nothing_in(project: Project, boss: Caller, victim: Site) -> None:
    mallory = Site(project, "Mallory").admit()
    report(mallory, victim, FAR, "ab" * 32)
    follow_revocation(caller=boss, project_id=project.id, key=victim.site_key)
    mallory.send(*victim.records(*IDS[1:3]))
    assert (numbers(victim), victim.peer.cut_number) == ([1], 1)
