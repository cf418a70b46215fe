"""What owners decide on the page Sites: each act calls its service once, and a refusal loses nothing that was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from projects.models import Project
from stages.replication.admission.invitations import read_invitation
from stages.replication.choices import Decision, Rights
from stages.replication.models import HeldBundle, Invitation, Peer
from tests.replication.rows import clock_of, key_of
from tests.replication.scenes import Scene, admit_elsewhere, six_sites
from tests.workspace.html import Element, elements, words

pytestmark = pytest.mark.django_db
TYPED = "Its disk was sold, and nobody knows to whom"


@pytest.fixture
def scene(project: Project, owner: User, caller_for: Callable[..., Any]) -> Scene:
    return six_sites(project, caller_for(owner))


@pytest.fixture
def mara(owner: User, client: Client) -> Client:
    client.force_login(owner)
    return client


def here(project: Project, more: str = "") -> str:
    return f"/projects/{project.id}/sites/{more}"


def dialog_of(answer: Any) -> Element:
    (dialog,) = elements(answer, "dialog", open="")
    return dialog


def value_of(answer: Any, name: str) -> str:
    (field,) = [each for each in elements(answer, "input", name=name) if each.attributes.get("type") != "hidden"]
    return str(field.attributes["value"])


def test_the_text_of_an_invitation_is_shown_once(project: Project, mara: Client, owner: User) -> None:
    answer = mara.post(here(project, "invite/"), {"rights": "reads", "copies": "on"})
    assert answer["Cache-Control"] == "no-store"
    (shown,) = elements(answer, "textarea", id="invitation-text")
    said = read_invitation(words(shown))
    assert (said.project, said.name) == (project.id, project.name)
    (invitation,) = Invitation.objects.filter(project=project)
    assert (invitation.rights, invitation.copies, invitation.created_by) == (Rights.READS, True, owner)
    again = mara.get(here(project)).content.decode()
    assert said.code not in again
    assert "Open invitations" in again


def test_an_invitation_says_that_addresses_travel_along(project: Project, mara: Client) -> None:
    shown = words(dialog_of(mara.get(here(project, "invite/"))))
    assert "The network addresses and browsers of members travel along" in shown


def test_a_site_that_nobody_can_dial_says_so_in_the_dialog(project: Project, mara: Client, settings: Any) -> None:
    settings.FOUNDRY_SITES_URL = ""
    answer = mara.post(here(project, "invite/"), {"rights": "reads", "copies": "on"})
    assert answer.status_code == 409
    assert "set FOUNDRY_SITES_URL" in words(dialog_of(answer))
    (chosen,) = [each for each in elements(answer, "input", name="rights") if "checked" in each.attributes]
    assert chosen.attributes["value"] == "reads"
    assert "checked" in elements(answer, "input", name="copies")[0].attributes


def test_an_invitation_is_withdrawn(project: Project, mara: Client) -> None:
    mara.post(here(project, "invite/"), {"rights": "writes"})
    (invitation,) = Invitation.objects.filter(project=project)
    answer = mara.post(here(project, f"invitations/{invitation.id}/withdraw/"), follow=True)
    assert "The invitation is withdrawn." in answer.content.decode()
    assert "Open invitations" not in answer.content.decode()
    invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None


def test_a_site_that_another_one_admitted_is_admitted_with_its_whole_key_in_sight(
    scene: Scene, project: Project, mara: Client
) -> None:
    train = admit_elsewhere(project, "Train", scene.peers["Basel"])
    address = here(project, f"{train.key_text}/admit/")
    shown = words(dialog_of(mara.get(address)))
    assert "Basel has admitted it" in shown
    assert " ".join(train.key_text[at : at + 4] for at in range(0, 64, 4)) in shown
    posted = {"rights": "reads", "copies": "on", "address": "ws://far.example", "name": "Train"}
    refused = mara.post(address, posted)
    assert refused.status_code == 400
    assert "FOUNDRY_SITES_PLAIN" in words(dialog_of(refused))
    assert value_of(refused, "address") == "ws://far.example"
    done = mara.post(address, {**posted, "address": "wss://train.example"}, follow=True)
    assert "Train is admitted." in done.content.decode()
    train.refresh_from_db()
    assert (train.rights, train.copies, train.address) == (Rights.READS, True, "wss://train.example")
    assert train.is_admitted


def test_rights_are_changed_for_a_reason(scene: Scene, project: Project, mara: Client) -> None:
    visp = scene.peers["Visp plant"]
    address = here(project, f"{visp.key_text}/rights/")
    assert value_of(mara.get(address), "address") == visp.address
    posted = {"rights": "reads", "address": visp.address, "reason": ""}
    refused = mara.post(address, posted)
    assert refused.status_code == 400
    assert elements(refused, "input", name="reason")[0].attributes["aria-invalid"] == "true"
    mara.post(address, {**posted, "reason": "Auditors of theirs only read"})
    visp.refresh_from_db()
    assert visp.rights == Rights.READS


def test_revoking_needs_a_reason_and_keeps_what_was_typed(scene: Scene, project: Project, mara: Client) -> None:
    lyon = scene.peers["Lyon"]
    address = here(project, f"{lyon.key_text}/revoke/")
    assert mara.post(address, {"reason": " "}).status_code == 400
    done = mara.post(address, {"reason": TYPED}, follow=True)
    assert "Lyon is revoked." in done.content.decode()
    lyon.refresh_from_db()
    assert lyon.revoked_at is not None
    # Revoked meanwhile, by somebody else.
    again = mara.post(address, {"reason": TYPED})
    assert again.status_code == 409
    assert value_of(again, "reason") == TYPED


def test_an_owner_follows_who_has_revoked_a_site(scene: Scene, project: Project, mara: Client) -> None:
    basel, lyon = scene.peers["Basel"], scene.peers["Lyon"]
    address = here(project, f"{lyon.key_text}/follow/")
    assert mara.get(address).status_code == 404
    head = clock_of(project).get(lyon.key_text)
    assert head is None
    basel.revocations = {lyon.key_text: {"number": 3, "hash": "cd" * 32, "at": "2026-11-30T10:00:00Z"}}
    basel.save()
    assert "Basel has revoked it after its bundle 3." in words(dialog_of(mara.get(address)))
    mara.post(address)
    lyon.refresh_from_db()
    # Of what Basel says nothing is here.
    assert lyon.revoked_at is not None
    assert (lyon.cut_number, lyon.cut_hash) == (0, None)


def test_a_site_is_dialled_now(scene: Scene, project: Project, mara: Client) -> None:
    visp = scene.peers["Visp plant"]
    answer = mara.post(here(project, f"{visp.key_text}/sync/"))
    assert (answer.status_code, answer["Location"]) == (302, here(project, f"?site={visp.key_text}"))


@pytest.mark.parametrize("act", ["release", "discard"])
def test_a_decision_about_a_held_bundle_needs_a_reason(scene: Scene, project: Project, mara: Client, act: str) -> None:
    held = scene.held["revoked"]
    address = f"/projects/{project.id}/held/{held.id}/{act}/"
    assert "Bundle 77 of Zug office" in words(dialog_of(mara.get(address)))
    refused = mara.post(address, {"reason": ""})
    assert refused.status_code == 400
    assert elements(refused, "input", name="reason")[0].attributes["aria-invalid"] == "true"


def test_a_held_bundle_is_discarded(scene: Scene, project: Project, mara: Client) -> None:
    held = scene.held["unknown_key"]
    done = mara.post(f"/projects/{project.id}/held/{held.id}/discard/", {"reason": TYPED}, follow=True)
    assert "The bundle is discarded." in done.content.decode()
    assert HeldBundle.objects.get(pk=held.pk).decision == Decision.DISCARDED


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_bundle_that_is_not_held_any_more_leads_back_to_the_list(
    scene: Scene, project: Project, mara: Client, method: str
) -> None:
    held = scene.held["unknown_key"]
    HeldBundle.objects.filter(pk=held.pk).update(decision=Decision.DISCARDED, decided_at=timezone.now())
    address = f"/projects/{project.id}/held/{held.id}/discard/?held_reason=revoked"
    answer = getattr(mara, method)(address, {"reason": TYPED} if method == "post" else None, follow=True)
    assert answer.redirect_chain == [(f"/projects/{project.id}/sites/?held_reason=revoked#sites-held", 302)]
    assert "This bundle is not held back any more" in answer.content.decode()


def test_what_a_bundle_cannot_say_is_not_entered_again(scene: Scene, project: Project, mara: Client) -> None:
    held = scene.held["unknown_key"]
    answer = mara.post(f"/projects/{project.id}/held/{held.id}/re-enter/")
    assert answer.status_code == 400
    assert "Enter its changes again?" in words(dialog_of(answer))
    assert elements(answer, "div", role="alert")


def test_a_held_bundle_of_another_project_is_not_decided(
    scene: Scene, make_project: Callable[..., Project], mara: Client
) -> None:
    other = make_project("Another")
    held = scene.held["revoked"]
    address = f"/projects/{other.id}/held/{held.id}/discard/"
    for answer in (mara.get(address), mara.post(address, {"reason": TYPED})):
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/projects/{other.id}/sites/#sites-held")
    assert HeldBundle.objects.get(pk=held.pk).decision == ""


def test_no_site_of_this_name_is_known(project: Project, mara: Client) -> None:
    for act in ("admit", "rights", "revoke", "follow"):
        assert mara.get(here(project, f"{key_of('Nobody')}/{act}/")).status_code == 404
    assert not Peer.objects.filter(project=project).exists()
