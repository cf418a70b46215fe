"""What sites seal about their people: certificates, and keys that no longer count (case 24)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from nacl.signing import SigningKey

from accounts.callers import Caller, foundry_caller
from accounts.models import User
from accounts.services import deactivate_account, reactivate_account
from audit.models import Event
from audit.verification import verify
from kernel.errors import ValidationFailed
from projects.models import Project
from stages.registers.keys import own_site_key
from stages.registers.keys.revocation import read_revocation, revoked_keys
from stages.registers.models import ActorKey, Bundle, KeyRevocation
from stages.replication.admission.services import take_introductions
from stages.replication.admission.statements import (
    MAX_STATEMENTS,
    certificates_for,
    fresh_statements,
    keep_statements,
    revocations_of,
    take_certificates,
)
from tests.registers.storing.foreign_site import certify
from tests.registers.storing.world import Desk
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db


def as_sent(text: str, seal: bytes) -> dict[str, str]:
    return {"text": text, "seal": base64.b64encode(seal).decode()}


def certificate_of(site: Elsewhere, person: SigningKey | None = None) -> dict[str, str]:
    made = certify(site.key, person or site.person)
    return as_sent(made.text, made.seal)


@pytest.fixture
def basel(bring: Callable[..., Elsewhere]) -> Elsewhere:
    return bring("Basel")


def test_certificates_of_an_admitted_site_are_kept_once(project: Project, basel: Elsewhere) -> None:
    statement = certificate_of(basel)
    assert take_certificates(project_id=project.id, statements=[statement, statement]) == 1
    assert take_certificates(project_id=project.id, statements=[statement]) == 0
    key = ActorKey.objects.get(site_key=bytes.fromhex(basel.site_key))
    assert (key.user, key.secret) == (None, None)
    assert certificates_for(project.id, [basel.person.verify_key.encode().hex()]) == [statement]


def test_those_of_sites_that_are_not_known_are_left_out(project: Project, basel: Elsewhere) -> None:
    oslo = Elsewhere(project.id, "Oslo")
    assert take_certificates(project_id=project.id, statements=[certificate_of(oslo)]) == 0
    take_introductions(project_id=project.id, peer_key=basel.site_key, introductions=[oslo.introduction()])
    assert take_certificates(project_id=project.id, statements=[certificate_of(oslo)]) == 1


def test_a_certificate_that_another_site_sealed_is_refused(project: Project, basel: Elsewhere) -> None:
    relay = SigningKey.generate()
    forged = certify(basel.key, basel.person)
    with pytest.raises(ValidationFailed):
        take_certificates(
            project_id=project.id, statements=[as_sent(forged.text, relay.sign(forged.text.encode()).signature)]
        )
    assert not ActorKey.objects.filter(site_key=bytes.fromhex(basel.site_key)).exists()


@pytest.mark.parametrize(
    "statements",
    [
        {},
        "x",
        [1],
        [{}],
        [{"text": "{}", "seal": ""}],
        [{"text": 1, "seal": ""}],
        [{"text": "{", "seal": ""}],
        [{"text": "[]", "seal": ""}],
        [{"text": '{"type":"key_revoked","site_key":1,"public_key":2}', "seal": ""}],
        [{"text": '{"type":"x","site_key":"' + "00" * 32 + '","public_key":"' + "00" * 32 + '"}', "seal": ""}],
        [{"text": "x" * 100_000, "seal": ""}],
        [{"text": "{}", "seal": "", "more": 1}],
        [{}] * (MAX_STATEMENTS + 1),
    ],
)
def test_what_is_no_statement_is_refused(project: Project, basel: Elsewhere, statements: Any) -> None:
    with pytest.raises(ValidationFailed):
        take_certificates(project_id=project.id, statements=statements)


def test_a_revocation_says_where_the_bundles_of_a_key_end(project: Project, basel: Elsewhere) -> None:
    person = basel.person.verify_key.encode()
    revoked = basel.revocation(person.hex(), number=3, last="ab" * 32)
    site_key = bytes.fromhex(basel.site_key)
    assert take_certificates(project_id=project.id, statements=[revoked, certificate_of(basel)]) == 2
    assert revoked_keys(project.id, site_key, [person, bytes(32)]) == {person: 3}
    assert revocations_of(project.id) == [revoked]
    later = basel.revocation(person.hex(), number=9, last="cd" * 32)
    assert take_certificates(project_id=project.id, statements=[later]) == 0
    assert certificates_for(project.id, [person.hex()]) == [certificate_of(basel), revoked]


def test_a_revocation_that_names_more_bundles_than_there_can_be_is_refused(project: Project, basel: Elsewhere) -> None:
    said = basel.revocation(basel.person.verify_key.encode().hex(), number=2**53 - 1, last="ab" * 32)
    with pytest.raises(ValidationFailed):
        take_certificates(project_id=project.id, statements=[said])


def test_to_keep_many_statements_takes_no_longer_than_to_keep_one(
    project: Project, basel: Elsewhere, django_assert_max_num_queries: Any
) -> None:
    """While they are kept, nobody else writes in the project."""
    said = [basel.revocation(f"{number:064x}", number=0, last=None) for number in range(50)]
    said += [certificate_of(basel, SigningKey.generate()) for _ in range(50)]
    fresh = fresh_statements(project_id=project.id, statements=said)
    with django_assert_max_num_queries(8):
        assert keep_statements(project_id=project.id, fresh=fresh) == len(said)
    assert len(revocations_of(project.id)) == 50
    assert fresh_statements(project_id=project.id, statements=said) == []


def test_a_site_revokes_no_key_of_another_one(project: Project, basel: Elsewhere, bring: Callable[..., Any]) -> None:
    lyon = bring("Lyon")
    said = lyon.revocation(basel.person.verify_key.encode().hex(), number=0, last=None)
    assert take_certificates(project_id=project.id, statements=[said]) == 1
    assert revoked_keys(project.id, bytes.fromhex(basel.site_key), [basel.person.verify_key.encode()]) == {}
    posed = lyon.revocation("ab" * 32, number=0, last=None, site_key=basel.site_key)
    with pytest.raises(ValidationFailed):
        take_certificates(project_id=project.id, statements=[posed])


def test_bundles_of_a_revoked_key_count_up_to_the_last_one(project: Project, ann: Desk, basel: Elsewhere) -> None:
    site = Site(ann.project, "Basel").certify()
    bundles = site.records(*(f"01890000-0000-7000-8000-00000000000{n}" for n in range(1, 4)))
    person = basel.person.verify_key.encode().hex()
    said = basel.revocation(person, number=2, last=bundles[1].hash)
    site.send(bundles[0])
    # They come together, and may be passed on by another site before that bundle is here.
    site.send(*bundles[1:], keys=[said])
    found = Bundle.objects.filter(project=project, site_key=bytes.fromhex(basel.site_key))
    assert sorted(found.values_list("number", flat=True)) == [1, 2]
    assert site.held() == [(3, "revoked")]


@pytest.mark.parametrize(
    "members",
    [
        {"project": str(uuid4())},
        {"last_number": 1, "last_bundle": None},
        {"last_number": 0, "last_bundle": "ab" * 32},
        {"last_number": -1},
        {"at": "yesterday"},
        {"at": 5},
        {"last_bundle": "zz"},
        {"v": 2},
    ],
)
def test_a_revocation_with_a_wrong_member_is_refused(
    project: Project, basel: Elsewhere, members: dict[str, Any]
) -> None:
    said = basel.revocation("ab" * 32, **{"number": 1, "last": "cd" * 32, **members})
    with pytest.raises(ValidationFailed):
        take_certificates(project_id=project.id, statements=[said])
    assert not KeyRevocation.objects.exists()


def test_closing_an_account_revokes_its_key_in_the_same_transaction(
    project: Project, ann: Desk, editor: User, make_project: Callable[..., Project]
) -> None:
    ann.create({"title": "A"})
    last = Bundle.objects.filter(project=project).order_by("-number").first()
    key = ActorKey.objects.get(user=editor)
    assert last is not None
    deactivate_account(caller=foundry_caller("command"), user_id=editor.id, reason="Left")
    key.refresh_from_db()
    assert (key.revoked_at is not None, bytes(key.last_bundle or b"")) == (True, bytes(last.hash))
    (statement,) = revocations_of(project.id)
    said = read_revocation(statement["text"], base64.b64decode(statement["seal"]))
    assert (said.project_id, said.public_key, said.site_key) == (project.id, bytes(key.public_key), own_site_key())
    assert (said.last_number, said.last_bundle, said.at) == (last.number, bytes(last.hash), key.revoked_at)
    (event,) = Event.objects.filter(action="actor_key.revoked")
    assert (event.record["reason"], event.target_id, len(event.data["statements"])) == ("Left", str(editor.id), 1)


def test_one_who_never_wrote_is_revoked_from_the_first_bundle_on_wherever_they_may_write(
    project: Project, ann: Desk, editor: User, boss: Caller, make_project: Callable[..., Project]
) -> None:
    from projects.services import add_member

    other = make_project(name="Another")
    add_member(caller=boss, project_id=other.id, user_id=editor.id, role="editor")
    deactivate_account(caller=foundry_caller("command"), user_id=editor.id)
    found = KeyRevocation.objects.all()
    assert {each.project_id: each.last_number for each in found} == {project.id: 1, other.id: 0}


def test_an_account_that_is_opened_again_signs_with_another_key(project: Project, ann: Desk, editor: User) -> None:
    deactivate_account(caller=foundry_caller("command"), user_id=editor.id)
    reactivate_account(caller=foundry_caller("command"), user_id=editor.id)
    ann.create({"title": "A"})
    old, new = ActorKey.objects.filter(user=editor).order_by("created_at")
    assert (new.revoked_at, old.revoked_at is not None) == (None, True)
    newest = Bundle.objects.filter(project=project).order_by("-number").first()
    assert newest is not None
    assert bytes(newest.actor_key) == bytes(new.public_key)


def test_closing_an_account_without_a_key_says_nothing(project: Project, viewer: User) -> None:
    deactivate_account(caller=foundry_caller("command"), user_id=viewer.id)
    assert not Event.objects.filter(action="actor_key.revoked").exists()


def test_what_revocations_say_is_verified(project: Project, ann: Desk, editor: User, basel: Elsewhere) -> None:
    said = basel.revocation("ab" * 32, number=1, last="cd" * 32)
    take_certificates(project_id=project.id, statements=[said])
    deactivate_account(caller=foundry_caller("command"), user_id=editor.id)
    assert verify().findings == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE registers_keyrevocation DISABLE TRIGGER registers_keyrevocation_frozen")
        cursor.execute("UPDATE registers_keyrevocation SET last_number = last_number + 1")
    faults = [each.what for each in verify().findings]
    assert faults.count("it is not what its statement says") == 2
