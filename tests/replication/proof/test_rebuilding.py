"""Sites and invitations are what the events say, and a row that was changed behind the services' backs is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from audit.verification import verify
from projects.models import Project
from stages.replication.admission.services import (
    admit_site,
    change_rights,
    follow_revocation,
    invite_site,
    join_project,
    revoke_site,
    take_introductions,
    take_key_chain,
    withdraw_invitation,
)
from stages.replication.models import Invitation, Peer
from tests.replication.admission.world import Elsewhere, Home
from tests.replication.tampering import triggers_off

pytestmark = pytest.mark.django_db

Bring = Callable[..., Elsewhere]


def findings() -> list[str]:
    return [str(each) for each in verify().findings]


def tamper(row: Peer | Invitation, **columns: Any) -> None:
    """Change a row as whoever owns the tables can."""
    with triggers_off():
        type(row)._default_manager.filter(pk=row.pk).update(**columns)


@pytest.fixture
def before() -> list[str]:
    return findings()


def test_c02_whatever_is_decided_about_sites_adds_up(
    before: list[str], project: Project, boss: Caller, bring: Bring
) -> None:
    basel, lyon = bring("Basel"), bring("Lyon", rights="reads", copies=True)
    change_rights(caller=boss, project_id=project.id, key=lyon.site_key, rights="writes", reason="They write now")
    cork, graz = Elsewhere(project.id, "Cork"), Elsewhere(project.id, "Graz")
    cut = {"number": 0, "hash": None}
    said = [cork.introduction(), graz.introduction(revoked=cut), lyon.introduction(revoked=cut)]
    take_introductions(project_id=project.id, peer_key=basel.site_key, introductions=said)
    admit_site(caller=boss, project_id=project.id, key=cork.site_key, rights="writes", copies=False)
    revoke_site(caller=boss, project_id=project.id, key=cork.site_key, reason="A laptop was stolen")
    admit_site(caller=boss, project_id=project.id, key=cork.site_key, rights="reads", copies=False, name="Cork again")
    follow_revocation(caller=boss, project_id=project.id, key=graz.site_key)
    follow_revocation(caller=boss, project_id=project.id, key=lyon.site_key)
    link = basel.take_new_key()
    assert take_key_chain(project_id=project.id, key=basel.site_key, chain=[link])
    invitation = invite_site(caller=boss, project_id=project.id, rights="writes", copies=False).invitation
    withdraw_invitation(caller=boss, project_id=project.id, invitation_id=invitation.id)
    assert Peer.objects.filter(project=project).count() == 5
    assert findings() == before


def test_c02_a_project_that_was_joined_adds_up(before: list[str], administrator: Caller) -> None:
    third = Elsewhere(Home().project, "Lyon")
    home = Home()
    home.answers = {
        "home": {"key": third.site_key, "site": str(third.site_id), "name": "Lyon", "address": "wss://lyon.example"}
    }
    project = join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    assert set(Peer.objects.filter(project=project).values_list("name", "is_home")) == {
        ("Uppsala", False),
        ("Lyon", True),
    }
    assert findings() == before


@pytest.mark.parametrize(
    ("column", "value", "word"),
    [
        ("rights", "reads", "rights"),
        ("copies", True, "copies"),
        ("name", "Bern", "name"),
        ("address", "wss://other.example", "address"),
        ("certificate", "-----BEGIN CERTIFICATE-----", "certificate"),
        ("key", bytes(32), "key"),
        ("is_home", True, "is home"),
        ("admitted_at", None, "admitted at"),
    ],
)
def test_c02_a_site_that_was_changed_is_named(
    before: list[str], bring: Bring, column: str, value: Any, word: str
) -> None:
    peer = bring("Basel").peer
    tamper(peer, **{column: value})
    (found,) = [each for each in findings() if each not in before]
    assert found.startswith(f"site of a project {peer.id}")
    assert f"its {word} was changed" in found


def test_c02_a_site_that_nobody_admitted_is_named(before: list[str], project: Project) -> None:
    peer = Peer.objects.create(project=project, key=bytes(range(32)), name="Nobody's")
    (found,) = [each for each in findings() if each not in before]
    assert str(peer.id) in found
    assert "no event recorded it" in found


def test_c02_an_invitation_that_was_used_again_is_named(before: list[str], bring: Bring) -> None:
    bring("Basel")
    invitation = Invitation.objects.get()
    tamper(invitation, used_at=None, used_by=None)
    (found,) = [each for each in findings() if each not in before]
    assert found.startswith(f"invitation of a site {invitation.id}")
