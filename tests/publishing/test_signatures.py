"""A signature: proven at the act, sealed, never moved, never carried over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.callers import foundry_caller
from accounts.models import FailureCount, User
from accounts.reauthentication import needs_username
from accounts.services import change_password, set_password
from audit.models import Event, SiteKey
from audit.services import site_id
from kernel.canonical import canonical
from kernel.errors import (
    ClientRefReused,
    Conflict,
    NotFound,
    PermissionDenied,
    ReauthenticationFailed,
    ValidationFailed,
)
from projects.services import add_member, reopen_project
from publishing.credentials import SigningCredentials
from publishing.models import Release, Signature
from publishing.reading import signature_body
from publishing.verification import fault_of
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.writers import Writer

pytestmark = pytest.mark.django_db


def test_c12_c13_the_statement_says_who_what_when_and_why(review: Review, release: Release):
    signature = review.sign(release, "reviewed", "reviewer", comment="Read twice")

    said = signature.statement
    assert said == {
        "type": "signature",
        "v": 1,
        "site": site_id(),
        "key": signature.key_id,
        "subject": {
            "type": "release",
            "id": str(release.id),
            "hash": f"sha256:{release.draft.content_hash}",
        },
        "name": "1.0.0",
        "version": 1,
        "meaning": "reviewed",
        "comment": "Read twice",
        "signer": {
            "id": str(review.people["reviewer"].id),
            "name": "Reviewer",
            "username": review.people["reviewer"].username,
        },
        "time": said["time"],
    }
    assert said["time"].endswith("Z")
    assert canonical(said) == signature.text
    key = SiteKey.objects.get(pk=signature.key_id)
    Ed25519PublicKey.from_public_bytes(bytes(key.public_key)).verify(bytes(signature.seal), signature.text.encode())


def test_its_event_names_the_sealed_statement_and_what_was_proven(review: Review, release: Release):
    signature = review.sign(release, "reviewed", "reviewer")

    event = Event.objects.get(action="release.signed", target_id=str(signature.id))
    assert event.actor_id == review.people["reviewer"].id
    assert event.data["statement"] == hashlib.sha256(signature.text.encode()).hexdigest()
    assert event.data["components"] == ["username", "password"]
    assert PASSWORD not in event.canonical


def test_c15_the_first_signing_of_a_session_takes_both_components_later_ones_the_private_one(
    review: Review, release: Release
):
    password_only = SigningCredentials(password=PASSWORD)
    with pytest.raises(ValidationFailed):
        review.sign(release, "reviewed", "owner", proof=password_only)

    review.sign(release, "reviewed", "owner")
    review.sign(release, "approved", "owner", proof=password_only)

    with pytest.raises(ValidationFailed):
        review.sign(release, "authored", "owner", proof=password_only, credential="cookie:another-session")


def test_c15_a_token_is_no_session(review: Review, release: Release):
    review.sign(release, "reviewed", "reviewer", credential="token:1")

    assert needs_username(caller_of(review.people["reviewer"], credential="token:1"))


@pytest.mark.parametrize(
    "proof",
    [
        SigningCredentials(username="editor"),
        SigningCredentials(username="editor", password="a", otp="1"),
        SigningCredentials(),
    ],
)
def test_c15_exactly_one_private_component_is_given(review: Review, release: Release, proof: SigningCredentials):
    with pytest.raises(ValidationFailed):
        review.sign(release, "authored", "editor", proof=proof)
    assert not failures_of(review.people["editor"])


def test_c16_nobody_signs_in_somebody_else_s_session(review: Review, release: Release):
    """The reviewer's name and password, in the owner's session: neither of them signs."""
    somebody_else = SigningCredentials(username=review.people["reviewer"].username, password=PASSWORD)

    with pytest.raises(ReauthenticationFailed):
        review.sign(release, "approved", "owner", proof=somebody_else)
    assert not Signature.objects.filter(release=release).exists()


@pytest.mark.parametrize(
    "proof",
    [SigningCredentials(username="", password=PASSWORD), SigningCredentials(username="owner", password="wrong")],
)
def test_a_wrong_component_signs_nothing(review: Review, release: Release, proof: SigningCredentials):
    with pytest.raises((ReauthenticationFailed, ValidationFailed)):
        review.sign(release, "approved", "owner", proof=proof)
    assert not Signature.objects.filter(release=release).exists()


@pytest.mark.parametrize("component", [{"otp": "123456"}, {"passkey": {"id": "x"}}])
def test_a_component_that_the_account_does_not_have_signs_nothing(
    review: Review, release: Release, component: dict[str, Any]
):
    proof = SigningCredentials(username=review.people["owner"].username, **component)

    with pytest.raises(ReauthenticationFailed):
        review.sign(release, "approved", "owner", proof=proof)


def test_c16_a_password_that_somebody_else_set_suspends_signing(review: Review, release: Release):
    owner = review.people["owner"]
    theirs, own = "set by an administrator", "chosen by the owner alone"
    set_password(caller=foundry_caller("command"), user_id=owner.id, password=theirs)
    with pytest.raises(ReauthenticationFailed, match=r"(?i)someone else"):
        review.sign(release, "approved", "owner", proof=SigningCredentials(username=owner.username, password=theirs))

    change_password(caller=caller_of(owner), password=own)
    review.sign(release, "approved", "owner", proof=SigningCredentials(username=owner.username, password=own))


def failures_of(user: User) -> int:
    count = FailureCount.objects.filter(subject=f"signing:account:{user.id}").first()
    return count.failures if count else 0


@pytest.mark.parametrize("kind", ["agent", "device"])
def test_c23_only_people_sign(review: Review, release: Release, make_user: Callable[..., User], kind: str):
    machine = make_user("machine", kind=kind, password=PASSWORD)
    owner = caller_of(review.people["owner"])
    add_member(caller=owner, project_id=review.project.id, user_id=machine.id, role="editor")
    review.people["machine"] = machine

    with pytest.raises(PermissionDenied, match="Only people"):
        review.sign(release, "reviewed", "machine")


def test_c23_the_database_refuses_a_machine_s_signature_too(review: Review, release: Release, make_user):
    machine = make_user("machine", kind="agent")
    signature = review.sign(release, "reviewed", "reviewer")

    signature.pk, signature.signer = uuid4(), machine
    with pytest.raises(DatabaseError, match="only people"), transaction.atomic():
        signature.save(force_insert=True)


def test_c21_an_author_does_not_approve(review: Review, release: Release):
    with pytest.raises(Conflict, match="author"):
        review.sign(release, "approved", "editor")


def test_only_an_author_signs_authored(review: Review, release: Release):
    with pytest.raises(Conflict, match="author"):
        review.sign(release, "authored", "owner")


def test_an_editor_answers_for_what_an_agent_wrote(review: Review, make_user: Callable[..., User]):
    agent = make_user("agent", kind="agent")
    owner = caller_of(review.people["owner"])
    review.release()
    reopen_project(caller=owner, project_id=review.project.id)
    add_member(caller=owner, project_id=review.project.id, user_id=agent.id, role="editor")
    review.writer = Writer(caller_of(agent), review.project)
    review.save("Written by a machine.\n")

    second = review.submit("1.0.1")
    review.sign(second, "authored", "editor")


@pytest.mark.parametrize(
    ("by", "meaning"),
    [("reviewer", "authored"), ("viewer", "authored"), ("viewer", "reviewed"), ("viewer", "approved")],
)
def test_a_role_that_is_too_small_is_refused_before_anything_is_proven(
    review: Review, release: Release, by: str, meaning: str
):
    with pytest.raises(PermissionDenied):
        review.sign(release, meaning, by, proof=SigningCredentials(username="x", password="wrong"))
    assert not failures_of(review.people[by])


def test_outsiders_are_told_nothing(review: Review, release: Release, outsider: User):
    review.people["outsider"] = outsider

    with pytest.raises(NotFound, match="Release not found"):
        review.sign(release, "reviewed", "outsider")
    with pytest.raises(NotFound, match="Release not found"):
        review.sign(uuid4(), "reviewed", "outsider")


def test_the_same_person_signs_a_meaning_once(review: Review, release: Release):
    review.sign(release, "reviewed", "reviewer")

    with pytest.raises(Conflict, match="already"):
        review.sign(release, "reviewed", "reviewer")


def test_the_repeat_of_a_signature_is_answered_with_the_first_and_asks_for_no_proof(review: Review, release: Release):
    ref = uuid4()
    first = review.sign(release, "reviewed", "reviewer", client_ref=ref)

    again = review.sign(release, "reviewed", "reviewer", client_ref=ref, proof=SigningCredentials())

    assert again.id == first.id
    assert again.repeated
    with pytest.raises(ClientRefReused):
        review.sign(release, "reviewed", "reviewer", comment="Other words", client_ref=ref)


def test_two_people_of_one_printed_name_are_told_apart(
    review: Review, release: Release, make_user: Callable[..., User], client: Client
):
    reviewer = review.people["reviewer"]
    namesake = make_user("namesake", display_name=reviewer.display_name, password=PASSWORD)
    owner = caller_of(review.people["owner"])
    add_member(caller=owner, project_id=review.project.id, user_id=namesake.id, role="owner")
    review.people["namesake"] = namesake
    signatures = [review.sign(release, "reviewed", "reviewer"), review.sign(release, "approved", "namesake")]

    assert [each.statement["signer"]["username"] for each in signatures] == [reviewer.username, namesake.username]
    assert signature_body(signatures[1])["username"] == namesake.username
    client.force_login(reviewer)
    page = client.get(f"/projects/{review.project.id}/releases/{release.id}/").content.decode()
    for person in (reviewer, namesake):
        assert f"{person.display_name} ({person.username})" in page
    assert fault_of(release) is None
