"""A site that certifies people without end."""

from __future__ import annotations

from typing import Any

import pytest
from nacl.signing import SigningKey

from accounts.models import User
from kernel.errors import ValidationFailed
from notifications.models import Notification
from projects.models import Project
from stages.registers.models import ActorKey, KeyRevocation
from stages.replication.admission import statements
from stages.replication.admission.statements import take_certificates
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import certify
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.statements import certified, statement
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
MOST = 3


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statements, "MAX_OF_SITE", MOST)


def of_new_person(site: Site) -> dict[str, str]:
    said = certify(site.key, SigningKey.generate())
    return statement(said.text, said.seal)


def kept(site: Site) -> int:
    return ActorKey.objects.filter(site_key=bytes.fromhex(site.site_key)).count()


def take(project: Project, *said: dict[str, str]) -> int:
    return take_certificates(project_id=project.id, statements=said)


def test_further_keys_are_left_out_and_owners_read_of_it_once(project: Project, owner: User, basel: Site) -> None:
    chur = Site(project, "Chur").admit()
    assert take(project, *(of_new_person(basel) for _each in range(5))) == MOST - 1
    for _message in range(3):
        assert take(project, of_new_person(basel), of_new_person(chur)) <= 1
    assert (kept(basel), kept(chur)) == (MOST, MOST)
    found = Notification.objects.filter(recipient=owner, kind="sync.keys").order_by("id")
    assert [each.facts["name"] for each in found] == ["Basel", "Chur"]


def test_what_they_sign_is_held_until_there_is_room(
    project: Project, basel: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(project, *(of_new_person(basel) for _each in range(5)))
    basel.person = SigningKey.generate()
    (bundle,) = basel.records(numbered_id(5))
    assert basel.send(bundle, keys=[certified(basel)]).accepted == 0
    assert basel.held() == [(1, "unknown_key")]
    monkeypatch.setattr(statements, "MAX_OF_SITE", MOST + 1)
    basel.send(keys=[certified(basel)])
    assert basel.held() == []


def test_nobody_fills_the_place_of_another_site(project: Project, basel: Site) -> None:
    text = of_new_person(basel)["text"]
    with pytest.raises(ValidationFailed):
        take(project, statement(text, SigningKey.generate().sign(text.encode()).signature))
    assert kept(basel) == 1


def test_revocations_have_a_limit_too(project: Project, basel: Site) -> None:
    site = Elsewhere(project.id, "Basel")
    said: list[Any] = [site.revocation(f"{n:02x}" * 32, number=0, last=None) for n in range(1, 6)]
    assert take(project, *said) == MOST
    assert KeyRevocation.objects.filter(site_key=bytes.fromhex(basel.site_key)).count() == MOST
