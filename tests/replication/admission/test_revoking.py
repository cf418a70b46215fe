"""Revoking a site, and following where another one has (case 25): the cut, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, NotFound, ValidationFailed
from notifications.models import Notification
from projects.models import Project
from stages.registers.models import Bundle
from stages.replication.admission.cuts import NOTHING
from stages.replication.admission.introductions import introductions_of
from stages.replication.admission.services import (
    admit_site,
    change_rights,
    follow_revocation,
    revoke_site,
    take_introductions,
)
from stages.replication.admission.sites import KnownSite, known_sites, may_link
from stages.replication.models import Peer
from tests.registers.storing.world import Desk
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.world import Site, record

pytestmark = pytest.mark.django_db

IDS = [f"01890000-0000-7000-8000-00000000000{n}" for n in range(1, 7)]


@pytest.fixture
def basel(ann: Desk, bring: Callable[..., Elsewhere]) -> Site:
    """A site that came by an invitation, and of which one bundle is here."""
    bring("Basel")
    site = Site(ann.project, "Basel").certify()
    site.send(*site.records(IDS[0]))
    return site


@pytest.fixture
def lyon(bring: Callable[..., Elsewhere]) -> Elsewhere:
    return bring("Lyon")


def say(site: Elsewhere, about: Site, bundles: list[Any]) -> None:
    """What a link last heard: the site has accepted these bundles of another one."""
    head = bundles[-1]
    clock = {about.site_key: ["00" * 12, len(bundles), head.hash]}
    Peer.objects.filter(project=site.project_id, key=bytes.fromhex(site.site_key)).update(clock=clock)


def numbers(site: Site) -> list[int]:
    """The bundles of a site that are in the state here."""
    found = Bundle.objects.filter(project=site.project_id, site_key=bytes.fromhex(site.site_key))
    return list(found.order_by("number").values_list("number", flat=True))


def test_the_cut_moves_to_the_furthest_head_that_a_site_which_stays_had_accepted(
    project: Project, boss: Caller, basel: Site, lyon: Elsewhere
) -> None:
    more = basel.records(*IDS[1:6])
    first = Bundle.objects.get(project=project, site_key=bytes.fromhex(basel.site_key))
    say(lyon, basel, [first, *more[:3]])
    peer = revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Stolen laptop")
    assert (peer.cut_number, bytes(peer.cut_hash or b"")) == (1, bytes(first.hash))
    assert not may_link(project.id, basel.site_key)
    (event,) = Event.objects.of_project(project.id).filter(action="site.revoked")
    assert (event.record["reason"], event.data["cut"]["number"]) == ("Stolen laptop", 1)
    assert event.data["claims"] == [{"number": 4, "hash": more[2].hash, "by": lyon.site_key}]
    basel.send(*more[:2])
    assert (numbers(basel), basel.held()) == ([1], [(2, "revoked"), (3, "revoked")])
    assert basel.send(*more[2:]).accepted == 3
    assert (numbers(basel), basel.held()) == ([1, 2, 3, 4], [(5, "revoked"), (6, "revoked")])
    assert (basel.peer.cut_number, bytes(basel.peer.cut_hash or b"").hex()) == (4, more[2].hash)
    (moved,) = Event.objects.of_project(project.id).filter(action="site.cut_moved")
    assert (moved.data["by"], moved.data["cut"]) == (lyon.site_key, {"number": 4, "hash": more[2].hash})
    # As whoever reads the record alone expects it: first what may come in, then that it did.
    last = Event.objects.of_project(project.id).filter(action="register.ingested").latest("seq")
    assert (last.data["numbers"], last.seq > moved.seq) == ([2, 4], True)
    assert verify().findings == []


@pytest.mark.parametrize(
    "head",
    [None, [], ["x", 9], ["x", -1, "00" * 32], ["x", True, "00" * 32], ["x", 9, "zz"], ["x", 2**40, "00" * 32], {}],
)
def test_a_clock_in_which_something_is_wrong_moves_no_cut(
    project: Project, boss: Caller, basel: Site, lyon: Elsewhere, head: Any
) -> None:
    Peer.objects.filter(project=project, key=bytes.fromhex(lyon.site_key)).update(clock={basel.site_key: head})
    peer = revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Stolen laptop")
    assert peer.cut_number == 1


def test_what_the_revoked_site_says_of_itself_moves_no_cut(project: Project, boss: Caller, basel: Site) -> None:
    clock = {basel.site_key: ["00" * 12, 99, "00" * 32]}
    Peer.objects.filter(project=project, key=bytes.fromhex(basel.site_key)).update(clock=clock)
    assert revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Gone").cut_number == 1


def test_a_site_of_which_nothing_is_here_is_cut_before_its_first_bundle(
    project: Project, boss: Caller, lyon: Elsewhere
) -> None:
    peer = revoke_site(caller=boss, project_id=project.id, key=lyon.site_key, reason="A mistake")
    assert (peer.cut_number, peer.cut_hash) == (0, None)
    assert known_sites(project.id)[lyon.site_key] == KnownSite(may_write=True, cut=NOTHING)


def test_a_site_is_revoked_once_and_for_a_reason(project: Project, boss: Caller, lyon: Elsewhere) -> None:
    about: dict[str, Any] = {"caller": boss, "project_id": project.id, "key": lyon.site_key}
    with pytest.raises(ValidationFailed):
        revoke_site(**about, reason=" ")
    revoke_site(**about, reason="A mistake")
    with pytest.raises(Conflict):
        revoke_site(**about, reason="Again")
    with pytest.raises(Conflict):
        change_rights(**about, rights="reads", reason="Too late")
    with pytest.raises(NotFound):
        revoke_site(**{**about, "key": Elsewhere(project.id, "Oslo").site_key}, reason="Nobody")


def test_an_owner_follows_a_revocation_up_to_the_cut_that_was_named(
    project: Project, boss: Caller, basel: Site, lyon: Elsewhere, ann: Desk
) -> None:
    more = basel.records(*IDS[1:4])
    cut = {"number": 3, "hash": more[1].hash}
    said = [Elsewhere(project.id, "Basel").introduction(revoked=cut)]
    with pytest.raises(NotFound):
        follow_revocation(caller=boss, project_id=project.id, key=basel.site_key)
    for _once in range(2):
        take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=said)
    assert Event.objects.of_project(project.id).filter(action="site.revocation_reported").count() == 1
    assert may_link(project.id, basel.site_key)
    lines = Notification.objects.filter(project=project, kind="site.revocation_reported")
    assert [line.recipient_id for line in lines] == [boss.user.id]
    follow_revocation(caller=boss, project_id=project.id, key=basel.site_key)
    assert verify().findings == []
    (event,) = Event.objects.of_project(project.id).filter(action="site.revoked")
    assert (event.data["follows"], event.record["reason"]) == (lyon.site_key, "Revoked at Lyon.")
    assert event.data["claims"] == [{**cut, "by": lyon.site_key}]
    basel.send(*more)
    assert numbers(basel) == [1, 2, 3]
    assert (basel.peer.cut_number, bytes(basel.peer.cut_hash or b"").hex()) == (3, more[1].hash)
    with pytest.raises(Conflict):
        follow_revocation(caller=boss, project_id=project.id, key=basel.site_key)


def test_nothing_that_was_accepted_is_taken_back_by_following(
    project: Project, boss: Caller, basel: Site, lyon: Elsewhere
) -> None:
    basel.send(*basel.records(IDS[1]))
    said = [Elsewhere(project.id, "Basel").introduction(revoked={"number": 0, "hash": None})]
    take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=said)
    assert follow_revocation(caller=boss, project_id=project.id, key=basel.site_key).cut_number == 2


def test_the_cut_moves_on_to_what_the_one_that_follows_had_accepted(
    project: Project, boss: Caller, basel: Site, lyon: Elsewhere, django_capture_on_commit_callbacks: Any
) -> None:
    more = basel.records(*IDS[1:4])
    revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Stolen laptop")
    basel.send(*more)
    assert numbers(basel) == [1]
    for number in (3, 2, 3):
        cut = {"number": number, "hash": more[number - 2].hash}
        with django_capture_on_commit_callbacks(execute=True):
            said = [Elsewhere(project.id, "Basel").introduction(revoked=cut)]
            take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=said)
        assert (basel.peer.cut_number, numbers(basel)) == (3, [1, 2, 3])
    (event,) = Event.objects.of_project(project.id).filter(action="site.cut_moved")
    assert (event.data["by"], event.data["before"]["number"]) == (lyon.site_key, 1)
    assert verify().findings == []


def test_following_lets_in_what_counts_of_a_site_that_was_never_admitted_here(
    project: Project, boss: Caller, lyon: Elsewhere, ann: Desk, django_capture_on_commit_callbacks: Any
) -> None:
    oslo = Site(ann.project, "Oslo").certify()
    bundles = oslo.records(*IDS[:2])
    oslo.send(*bundles)
    said = [Elsewhere(project.id, "Oslo").introduction(revoked={"number": 1, "hash": bundles[0].hash})]
    take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=said)
    assert numbers(oslo) == []
    with django_capture_on_commit_callbacks(execute=True):
        peer = follow_revocation(caller=boss, project_id=project.id, key=oslo.site_key)
    assert (peer.admitted_at, peer.admitted_by) == (peer.revoked_at, boss.user)
    assert numbers(oslo) == [1]


def test_revocations_travel_with_introductions(project: Project, boss: Caller, basel: Site, lyon: Elsewhere) -> None:
    revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Stolen laptop")
    of_basel, of_lyon = introductions_of(project.id)
    head = Bundle.objects.get(project=project, site_key=bytes.fromhex(basel.site_key))
    assert of_basel["revoked"] == {"number": 1, "hash": bytes(head.hash).hex()}
    assert of_lyon["revoked"] is None
    assert "Stolen" not in str(of_basel)


def test_rights_are_changed_for_a_reason(project: Project, boss: Caller, lyon: Elsewhere) -> None:
    about: dict[str, Any] = {"caller": boss, "project_id": project.id, "key": lyon.site_key}
    with pytest.raises(ValidationFailed):
        change_rights(**about, rights="reads", reason="")
    change_rights(**about, rights="reads", copies=True, address="wss://lyon.example/", reason="Only looks on")
    change_rights(**about, rights="reads", reason="The same")
    peer = lyon.peer
    assert (peer.rights, peer.copies, peer.address) == ("reads", True, "wss://lyon.example")
    assert verify().findings == []
    (event,) = Event.objects.of_project(project.id).filter(action="site.rights_changed")
    before = {"rights": "writes", "copies": False, "address": "wss://basel.example", "address_unconfirmed": True}
    assert event.data["before"] == before
    assert not known_sites(project.id)[lyon.site_key].may_write


def test_what_was_held_for_rights_comes_in_when_they_are_given(
    project: Project, boss: Caller, ann: Desk, bring: Callable[..., Elsewhere], django_capture_on_commit_callbacks: Any
) -> None:
    bring("Basel", rights="reads")
    site = Site(ann.project, "Basel").certify()
    site.send(site.write(record(IDS[0])))
    assert numbers(site) == []
    with django_capture_on_commit_callbacks(execute=True):
        change_rights(caller=boss, project_id=project.id, key=site.site_key, rights="writes", reason="They write now")
    assert numbers(site) == [1]


def test_a_site_that_was_introduced_is_admitted_by_a_click(project: Project, boss: Caller, lyon: Elsewhere) -> None:
    oslo = Elsewhere(project.id, "Oslo")
    assert take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=[oslo.introduction()]) == 1
    assert not may_link(project.id, oslo.site_key)
    assert oslo.site_key not in known_sites(project.id)
    peer = admit_site(caller=boss, project_id=project.id, key=oslo.site_key, rights="reads", copies=False)
    assert (peer.name, peer.address, peer.is_admitted, peer.rights) == ("Oslo", "wss://basel.example", True, "reads")
    assert bytes(peer.introduced_by or b"").hex() == lyon.site_key
    with pytest.raises(Conflict):
        admit_site(caller=boss, project_id=project.id, key=oslo.site_key, rights="writes", copies=False)


def test_whoever_is_not_admitted_introduces_nobody(project: Project, boss: Caller, lyon: Elsewhere) -> None:
    oslo, rome = Elsewhere(project.id, "Oslo"), Elsewhere(project.id, "Rome")
    revoke_site(caller=boss, project_id=project.id, key=lyon.site_key, reason="Gone")
    for sender in (lyon, oslo):
        said = [rome.introduction()]
        assert take_introductions(project_id=project.id, peer_key=sender.site_key, introductions=said) == 0


def test_introductions_change_nothing_of_who_is_known(
    project: Project, boss: Caller, basel: Site, lyon: Elsewhere
) -> None:
    said = Elsewhere(project.id, "Basel").introduction(name="Evil", address="wss://evil.example", home=True)
    mine = lyon.introduction(revoked={"number": 0, "hash": None})
    assert take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=[said, mine]) == 0
    assert (basel.peer.name, basel.peer.is_home, lyon.peer.revocations) == ("Basel", False, {})


def test_so_many_sites_are_listed_and_no_more(
    project: Project, lyon: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stages.replication.admission.services.introducing.MAX_SITES", 3)
    said = [Elsewhere(project.id, f"Site {n}").introduction() for n in range(5)]
    assert take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=said) == 2
    assert Peer.objects.filter(project=project).count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        [1],
        [{}],
        [{"key": 1}],
        *(
            [{**Elsewhere.introduction(Elsewhere(None, "Oslo")), name: value}]  # type: ignore[arg-type]
            for name, value in (
                ("key", "00" * 32),
                ("site", "x"),
                ("name", "x" * 10_000),
                ("address", 1),
                ("rights", "owns"),
                ("admitted_at", "yesterday"),
                ("revoked", {"number": 1}),
                ("revoked", {"number": 1, "hash": None}),
                ("revoked", {"number": -1, "hash": "00" * 32}),
                ("home", "yes"),
                ("further", 1),
            )
        ),
    ],
)
def test_what_is_no_list_of_introductions_is_refused(project: Project, lyon: Elsewhere, wrong: Any) -> None:
    with pytest.raises(ValidationFailed):
        take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=wrong)
