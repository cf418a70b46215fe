"""A site with a new key: both keys sealed the change, the new one has the old one's place, and the old chain ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from nacl.signing import SigningKey

from accounts.callers import Caller, foundry_caller
from audit.keys.rotation import rotate_site_key
from audit.models import Event
from audit.verification import verify
from kernel.errors import Conflict, ProjectFrozen
from projects.models import Project
from projects.services import archive_project
from stages.registers.keys import own_site_key
from stages.registers.models import Bundle
from stages.replication.admission.cuts import NOTHING, Cut
from stages.replication.admission.introductions import introductions_of
from stages.replication.admission.services import (
    admit_site,
    join_project,
    revoke_site,
    take_introductions,
    take_key_chain,
)
from stages.replication.admission.sites import known_sites, may_link
from stages.replication.admission.succession import key_chain, read_chain
from stages.replication.models import Peer
from tests.registers.storing.world import Desk
from tests.replication.admission.world import Elsewhere, Home
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db

HASH = "ab" * 32


@pytest.fixture
def basel(bring: Callable[..., Elsewhere]) -> Elsewhere:
    return bring("Basel", rights="reads", copies=True)


def test_the_new_key_takes_the_place_of_the_old_one(project: Project, boss: Caller, basel: Elsewhere) -> None:
    old = basel.peer
    link = basel.take_new_key(end=7, last=HASH)
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=[link])
    new = basel.peer
    old.refresh_from_db()
    assert (new.name, new.address, new.rights, new.copies) == (old.name, old.address, "reads", True)
    assert (new.admitted_by, new.site_id, new.is_admitted) == (boss.user, old.site_id, True)
    assert (old.is_admitted, old.cut_number, bytes(old.cut_hash or b"").hex()) == (False, 7, HASH)
    assert (may_link(project.id, old.key_text), may_link(project.id, new.key_text)) == (False, True)
    (event,) = Event.objects.of_project(project.id).filter(action="site.key_changed")
    assert (event.data["before"], event.data["site"]) == (old.key_text, new.key_text)
    assert not take_key_chain(project_id=project.id, key=basel.site_key, chain=[link])
    with pytest.raises(Conflict):
        admit_site(caller=boss, project_id=project.id, key=old.key_text, rights="writes", copies=False)


def test_bundles_of_the_old_chain_count_up_to_its_end(
    project: Project, ann: Desk, bring: Callable[..., Elsewhere]
) -> None:
    site, basel = Site(ann.project, "Basel").certify(), bring("Basel")
    bundles = site.records(*(f"01890000-0000-7000-8000-00000000000{n}" for n in range(1, 5)))
    site.send(bundles[0])
    link = basel.take_new_key(end=3, last=bundles[2].hash)
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=[link])
    site.send(*bundles)
    found = Bundle.objects.filter(project=project, site_key=bytes.fromhex(site.site_key))
    assert sorted(found.values_list("number", flat=True)) == [1, 2, 3]
    assert site.held() == [(4, "revoked")]


def test_several_changes_are_followed_at_once(project: Project, basel: Elsewhere) -> None:
    keys, links = [basel.site_key], []
    for _change in range(3):
        links.append(basel.take_new_key())
        keys.append(basel.site_key)
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=links)
    found = {each.key_text: each.is_admitted for each in Peer.objects.filter(project=project)}
    assert found == {key: key == basel.site_key for key in keys}
    (said,) = [each for each in introductions_of(project.id) if each["key"] == basel.site_key]
    assert said["succession"] == links


def test_a_site_that_saw_the_first_changes_only_follows_the_others(project: Project, basel: Elsewhere) -> None:
    links = [basel.take_new_key()]
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=links)
    links.append(basel.take_new_key())
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=links)
    assert Peer.objects.get(project=project, revoked_at=None).key_text == basel.site_key


def test_of_two_keys_that_follow_one_the_first_counts(project: Project, basel: Elsewhere) -> None:
    thief = Elsewhere(project.id, "Basel")
    first = basel.take_new_key()
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=[first])
    second = thief.take_new_key()
    assert not take_key_chain(project_id=project.id, key=thief.site_key, chain=[second])
    assert not may_link(project.id, thief.site_key)


def test_a_site_that_was_revoked_stays_so_under_a_new_key(project: Project, boss: Caller, basel: Elsewhere) -> None:
    revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Stolen")
    link = basel.take_new_key()
    assert not take_key_chain(project_id=project.id, key=basel.site_key, chain=[link])


def test_another_site_does_not_take_its_place(project: Project, basel: Elsewhere) -> None:
    oslo = Elsewhere(project.id, "Oslo")
    link = oslo.take_new_key()
    assert not take_key_chain(project_id=project.id, key=oslo.site_key, chain=[link])
    assert not take_key_chain(project_id=project.id, key=oslo.site_key, chain=[{**link, "before": basel.site_key}])


@pytest.mark.parametrize("member", ["before", "key", "statement", "seal", "next_seal", "ends"])
@pytest.mark.parametrize("value", [None, 1, "", "ab" * 32, "ab" * 64, {}, {"text": "{}", "seal": "00"}])
def test_a_chain_in_which_anything_is_wrong_does_nothing(
    project: Project, basel: Elsewhere, member: str, value: Any
) -> None:
    link = basel.take_new_key()
    assert read_chain([{**link, member: value}], project.id, basel.site_key) == []


@pytest.mark.parametrize("chain", [None, 1, "x", {}, [None], [[]], [{}]])
def test_what_is_no_chain_does_nothing(project: Project, basel: Elsewhere, chain: Any) -> None:
    assert not take_key_chain(project_id=project.id, key=basel.site_key, chain=chain)


def test_of_a_project_that_is_not_here_nothing_is_said(project: Project) -> None:
    stranger = Elsewhere(uuid4(), "Oslo")
    link = stranger.take_new_key()
    assert read_chain([link], stranger.project_id, stranger.site_key)
    assert not take_key_chain(project_id=stranger.project_id, key=stranger.site_key, chain=[link])


def test_the_end_of_a_chain_in_another_project_is_not_taken(
    project: Project, make_project: Callable[..., Project], basel: Elsewhere
) -> None:
    link = basel.take_new_key()
    assert read_chain([link], make_project(name="Another").id, basel.site_key) == []
    stranger = SigningKey.generate()
    ends = basel.seal("chain_end", stranger, project=str(project.id), site_key=link["before"], number=9, hash=HASH)
    assert read_chain([{**link, "ends": ends}], project.id, basel.site_key) == []


def test_a_third_site_hears_of_a_new_key(project: Project, bring: Callable[..., Elsewhere], basel: Elsewhere) -> None:
    lyon = bring("Lyon")
    link = basel.take_new_key()
    said = basel.introduction(succession=[link])
    take_introductions(project_id=project.id, peer_key=lyon.site_key, introductions=[said])
    assert may_link(project.id, basel.site_key)


def test_home_stays_home_under_a_new_key(administrator: Caller) -> None:
    home = Home()
    project = join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    site = Elsewhere(project.id, "Uppsala")
    site.key, site.site_id = home.key, home.site
    link = site.take_new_key()
    assert take_key_chain(project_id=project.id, key=site.site_key, chain=[link])
    assert Peer.objects.get(project=project, is_home=True).key_text == site.site_key
    with pytest.raises(ProjectFrozen, match="Uppsala"):
        archive_project(caller=administrator, project_id=project.id)


@pytest.fixture
def own_folder(settings: Any, tmp_path: Any) -> None:
    """A site that begins here, with a key that may be replaced."""
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY, settings.FOUNDRY_SITE_KEYS = tmp_path, None, ()


def test_this_site_says_by_which_changes_it_came_to_its_key(own_folder: None, project: Project, ann: Desk) -> None:
    before = own_site_key()
    ann.create({"title": "A"})
    last = Bundle.objects.filter(project=project).latest("number")
    assert key_chain(project.id) == []
    for reason in ("The old one was on a disk that was sold", "Yearly"):
        rotate_site_key(caller=foundry_caller("command"), reason=reason)
    first, second = key_chain(project.id)
    assert (first["before"], first["key"], second["key"]) == (before.hex(), second["before"], own_site_key().hex())
    read = read_chain([first, second], project.id, own_site_key().hex())
    assert [(each.end.number, each.end.hash) for each in read] == [(last.number, bytes(last.hash).hex()), (0, "")]
    found = known_sites(project.id)
    former, between, current = (found[key].cut for key in (first["before"], second["before"], second["key"]))
    assert (former, between, current) == (Cut(last.number, bytes(last.hash).hex()), NOTHING, None)
    ann.create({"title": "B"})
    newest = Bundle.objects.filter(project=project).latest("arrival")
    assert (bytes(newest.site_key), newest.number) == (own_site_key(), 1)
    assert [bytes.fromhex(each["before"]) for each in key_chain(project.id)] == [before, bytes.fromhex(first["key"])]
    assert verify().findings == []


def test_the_record_of_changes_verifies(project: Project, basel: Elsewhere) -> None:
    link = basel.take_new_key(end=7, last=HASH)
    take_key_chain(project_id=project.id, key=basel.site_key, chain=[link])
    assert verify().findings == []
