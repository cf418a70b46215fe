"""Invitations: their text, and the code that admits one site once (cases 1 and 2)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.callers import Caller
from audit.models import Event
from audit.services import site_id
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from projects.models import Member, Project, Role
from projects.services import change_role
from stages.registers.keys import own_site_key
from stages.replication.admission.invitations import PREFIX, read_invitation
from stages.replication.admission.services import admit_site, invite_site, revoke_site, withdraw_invitation
from stages.replication.models import Invitation, Peer
from tests.replication.admission.world import Elsewhere, Home

pytestmark = pytest.mark.django_db


def test_an_invitation_says_whom_to_dial_and_how_they_prove_who_they_are(
    project: Project, invite: Callable[..., str], settings: Any
) -> None:
    settings.FOUNDRY_SITES_URL, settings.FOUNDRY_SITE_NAME = "wss://uppsala.example/foundry", "Uppsala"
    text = invite(copies=True)
    read = read_invitation(f"  {text[:40]}\n{text[40:]} \n")
    assert text.startswith(PREFIX)
    assert "\n" not in text
    assert (read.address, read.project, read.name) == ("wss://uppsala.example/foundry", project.id, project.name)
    assert (str(read.site), read.key, read.site_name) == (site_id(), own_site_key().hex(), "Uppsala")
    invitation = Invitation.objects.get(project=project)
    assert bytes(invitation.code_hash) == hashlib.sha256(read.code.encode()).digest()
    assert invitation.expires_at - invitation.created_at == timedelta(hours=24)
    assert (invitation.rights, invitation.copies) == ("writes", True)
    (event,) = Event.objects.of_project(project.id).filter(action="site.invited")
    assert read.code not in event.canonical


def test_a_site_comes_by_a_code_once(project: Project, boss: Caller, invite: Callable[..., str]) -> None:
    basel, lyon, text = Elsewhere(project.id), Elsewhere(project.id, "Lyon"), invite(rights="reads", copies=True)
    peer = basel.come(text)
    assert (peer.name, peer.site_id, peer.rights, peer.copies) == ("Basel", basel.site_id, "reads", True)
    assert (peer.admitted_by, peer.is_admitted, peer.is_home) == (boss.user, True, False)
    (event,) = Event.objects.of_project(project.id).filter(action="site.admitted")
    assert (event.actor_id, event.record["via"], event.data["site"]) == (boss.user.id, "site", basel.site_key)
    assert peer.admitted_at == event.at == Invitation.objects.get().used_at
    for site in (lyon, basel):
        with pytest.raises(PermissionDenied):
            site.come(text)
    assert Peer.objects.filter(project=project).count() == 1


def test_no_other_code_admits(
    project: Project, boss: Caller, invite: Callable[..., str], make_project: Callable[..., Project]
) -> None:
    basel, words = Elsewhere(project.id), set()
    elsewhere = read_invitation(
        invite_site(caller=boss, project_id=make_project(name="Another").id, rights="writes", copies=False).text
    )
    withdrawn = read_invitation(invite())
    withdraw_invitation(caller=boss, project_id=project.id, invitation_id=Invitation.objects.get(project=project).id)
    for code in ("", "wrong", elsewhere.code, withdrawn.code):
        with pytest.raises(PermissionDenied) as refusal:
            basel.come(elsewhere, code=code)
        words.add(refusal.value.detail)
    assert len(words) == 1
    assert not Peer.objects.filter(project=project).exists()


def test_a_code_is_dead_after_a_day(project: Project, boss: Caller, invite: Callable[..., str]) -> None:
    text = invite()
    made = Invitation.objects.get()
    read = read_invitation(text)
    old = Invitation.objects.create(
        project=project,
        code_hash=hashlib.sha256(b"yesterday").digest(),
        created_by=boss.user,
        created_at=made.created_at - timedelta(hours=24, seconds=5),
        expires_at=made.expires_at - timedelta(hours=24, seconds=5),
    )
    with pytest.raises(PermissionDenied):
        Elsewhere(project.id).come(read, code="yesterday")
    old.refresh_from_db()
    assert old.used_at is None


def test_an_invitation_by_somebody_who_is_no_owner_any_more_admits_nobody(
    project: Project, boss: Caller, invite: Callable[..., str], editor: Any, caller_for: Callable[..., Caller]
) -> None:
    text = invite()
    Member.objects.filter(project=project, user=editor).update(role=Role.OWNER)
    change_role(
        caller=caller_for(editor), project_id=project.id, user_id=boss.user.id, role=Role.EDITOR, reason="Moves on"
    )
    with pytest.raises(PermissionDenied):
        Elsewhere(project.id).come(text)


def test_what_a_site_says_of_itself_is_kept_as_far_as_it_can_be(project: Project, invite: Callable[..., str]) -> None:
    site = Elsewhere(project.id)
    peer = site.come(invite(), name="Basel\u202e\n" + "x" * 500, address="http://10.0.0.1/")
    assert peer.address == ""
    assert len(peer.name) == 200
    assert peer.name.isprintable()


def test_a_site_that_was_revoked_may_be_invited_again(
    project: Project, boss: Caller, bring: Callable[..., Elsewhere], invite: Callable[..., str]
) -> None:
    basel = bring()
    revoke_site(caller=boss, project_id=project.id, key=basel.site_key, reason="Stolen laptop")
    peer = basel.come(invite())
    assert (peer.is_admitted, peer.revoked_at, peer.cut_number, peer.cut_hash) == (True, None, None, None)


def test_an_invitation_is_withdrawn_once(project: Project, boss: Caller, invite: Callable[..., str]) -> None:
    invite()
    made = Invitation.objects.get()
    withdrawn = withdraw_invitation(caller=boss, project_id=project.id, invitation_id=made.id)
    (event,) = Event.objects.of_project(project.id).filter(action="site.invitation_withdrawn")
    assert withdrawn.withdrawn_at == event.at
    with pytest.raises(Conflict):
        withdraw_invitation(caller=boss, project_id=project.id, invitation_id=made.id)
    with pytest.raises(NotFound):
        withdraw_invitation(caller=boss, project_id=project.id, invitation_id=project.id)


def test_a_site_that_nobody_can_dial_invites_nobody(invite: Callable[..., str], settings: Any) -> None:
    settings.FOUNDRY_SITES_URL = ""
    with pytest.raises(Conflict, match="FOUNDRY_SITES_URL"):
        invite()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foundry-invitation:",
        "foundry-invitation:%%%",
        "foundry-invitation:" + base64.urlsafe_b64encode(b"[]").decode(),
        "foundry-invitation:" + base64.urlsafe_b64encode(b'{"type":"site_invitation"}').decode(),
        "foundry-invitation:" + base64.urlsafe_b64encode(b"[" * 5_000).decode(),
        "another" + "x" * 100_000,
    ],
)
def test_what_is_no_invitation_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed) as refusal:
        read_invitation(text)
    assert list(refusal.value.errors) == ["invitation"]


@pytest.mark.parametrize(
    "members",
    [{"address": "http://x.example"}, {"address": "wss://user@x.example"}, {"certificate": "x"}, {"key": "00" * 32}],
)
def test_an_invitation_with_a_wrong_member_is_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed):
        read_invitation(Home().invitation(**members))


def test_without_tls_only_this_machine_is_dialled_unless_the_operator_says_so(settings: Any) -> None:
    settings.FOUNDRY_SITES_PLAIN = False
    assert read_invitation(Home().invitation(address="ws://127.0.0.1:8000")).address
    with pytest.raises(ValidationFailed, match="FOUNDRY_SITES_PLAIN"):
        read_invitation(Home().invitation(address="ws://10.0.0.1:8000"))
    settings.FOUNDRY_SITES_PLAIN = True
    assert read_invitation(Home().invitation(address="ws://10.0.0.1:8000")).address


@pytest.mark.parametrize("key", ["", "xy", "AB" * 32, "00" * 32, "01" + "00" * 31])
def test_a_key_that_cannot_sign_is_not_admitted(project: Project, boss: Caller, key: str) -> None:
    with pytest.raises(ValidationFailed):
        admit_site(caller=boss, project_id=project.id, key=key, rights="writes", copies=False)


def test_this_site_itself_is_not_admitted(project: Project, boss: Caller) -> None:
    with pytest.raises(ValidationFailed):
        admit_site(caller=boss, project_id=project.id, key=own_site_key().hex(), rights="writes", copies=False)
