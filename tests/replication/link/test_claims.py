"""Which node has a site, and which of two links with it is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from projects.models import Project, Status
from stages.replication.link.access import LinkedPeer
from stages.replication.link.presence import links_of
from stages.replication.link.services import (
    are_admitted,
    claim_peers,
    connect_peer,
    disconnect_peer,
    note_push,
    release_peers,
)
from stages.replication.models import Peer
from tests.replication.rows import key_of, make_peer

pytestmark = pytest.mark.django_db

ADDRESS = "wss://foundry.lyon.example"


@pytest.fixture
def lyon(project: Project) -> LinkedPeer:
    peer = make_peer(project, "Lyon", address=ADDRESS)
    return LinkedPeer(project.id, peer.id, peer.key_text, peer.name)


def let_time_pass(peer: LinkedPeer, seconds: int) -> None:
    row = Peer.objects.filter(pk=peer.id)
    until = row.values_list("claimed_until", flat=True).get()
    assert until is not None
    row.update(claimed_until=until - timedelta(seconds=seconds))


def claimed(node: str, *linked: LinkedPeer) -> list[str]:
    return [each.name for each in claim_peers(node, [each.id for each in linked])]


def test_one_node_has_a_site_until_it_is_silent(lyon: LinkedPeer) -> None:
    assert claimed("one") == ["Lyon"]
    assert claimed("two") == []
    let_time_pass(lyon, 6)
    assert claimed("one") == ["Lyon"]
    let_time_pass(lyon, 6)
    assert claimed("two") == []
    let_time_pass(lyon, 20)
    assert claimed("two") == ["Lyon"]
    assert claimed("one") == []
    release_peers("two")
    assert claimed("one") == ["Lyon"]


def test_only_admitted_sites_of_projects_that_are_not_archived(project: Project, lyon: LinkedPeer) -> None:
    make_peer(project, "Cork", address="", admitted_at=None)
    make_peer(project, "Graz", address=ADDRESS, revoked_at=Now())
    make_peer(project, "Osaka", address="")
    assert claimed("one") == ["Lyon"]
    Project.objects.filter(pk=project.id).update(status=Status.ARCHIVED)
    assert claimed("one", lyon) == []
    assert are_admitted([lyon.id]) == set()


def test_the_link_that_comes_first_is_kept_whoever_is_there_before(lyon: LinkedPeer) -> None:
    assert claimed("one") == ["Lyon"]
    # It is dialled by node one still, when it calls at node two itself.
    assert connect_peer(lyon, node="two", comes_first=False)
    assert claimed("one") == []
    # Another node's link stays, but for the one that has to be kept.
    assert not connect_peer(lyon, node="one", comes_first=False)
    assert connect_peer(lyon, node="one", comes_first=True)
    assert claimed("two", lyon) == []
    disconnect_peer(lyon, node="two")
    assert list(links_of(lyon.project_id)) == [lyon.key]
    disconnect_peer(lyon, node="one")
    assert links_of(lyon.project_id) == {}


def test_a_link_whose_node_ended_without_a_word_is_over(lyon: LinkedPeer) -> None:
    assert connect_peer(lyon, node="one", comes_first=False)
    note_push(lyon.id, newest={key_of("Lyon"): ("00" * 12, 3, "11" * 32)}, remaining=7)
    (link,) = links_of(lyon.project_id).values()
    assert (link.connected, link.remaining) == (True, 7)
    let_time_pass(lyon, 20)
    assert links_of(lyon.project_id) == {}
    # Nor does it keep the next one out.
    assert claimed("two") == ["Lyon"]
    assert links_of(lyon.project_id) == {}
    assert connect_peer(lyon, node="three", comes_first=False)
    assert claimed("three", lyon) == ["Lyon"]
    assert list(links_of(lyon.project_id)) == [lyon.key]


def test_a_link_that_its_node_has_gets_a_lost_mark_again(lyon: LinkedPeer) -> None:
    assert connect_peer(lyon, node="one", comes_first=False)
    Peer.objects.filter(pk=lyon.id).update(connected_at=None)
    assert links_of(lyon.project_id) == {}
    let_time_pass(lyon, 6)
    assert claimed("one", lyon) == ["Lyon"]
    assert list(links_of(lyon.project_id)) == [lyon.key]


def test_what_a_site_has_only_grows_by_what_it_sends(lyon: LinkedPeer) -> None:
    site = key_of("Lyon")
    note_push(lyon.id, newest={site: ("00" * 12, 3, "11" * 32)}, remaining=1)
    note_push(lyon.id, newest={site: ("00" * 12, 2, "22" * 32)}, remaining=0)
    assert Peer.objects.get(pk=lyon.id).clock == {site: ["00" * 12, 3, "11" * 32]}


def test_a_sign_of_life_is_noted_with_the_claims(lyon: LinkedPeer) -> None:
    assert connect_peer(lyon, node="one", comes_first=False)
    Peer.objects.filter(pk=lyon.id).update(last_seen_at=None)
    claim_peers("one", [lyon.id])
    assert Peer.objects.get(pk=lyon.id).last_seen_at is None
    claim_peers("one", [lyon.id], [lyon.id])
    assert Peer.objects.get(pk=lyon.id).last_seen_at is not None
