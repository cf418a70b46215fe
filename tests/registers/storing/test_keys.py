"""The keys that people sign with: made with a first write, sealed by the site, encrypted by the ring."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from audit.models import Event
from kernel import ring
from kernel.canonical import canonical
from projects.models import Project
from stages.registers.keys import own_site_key
from stages.registers.keys.certificates import read_certificate
from stages.registers.keys.signing import rotate_secrets
from stages.registers.models import ActorKey
from tests.registers.storing.foreign_site import ForeignSite
from tests.registers.storing.world import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    desk.create_table()
    return desk


def test_a_key_is_made_with_the_first_write_and_sealed_by_the_site(ann: Desk, editor: Any) -> None:
    key = ActorKey.objects.get(user=editor)
    certified = read_certificate(key.certificate, bytes(key.seal))
    assert (certified.public_key, certified.site_key) == (bytes(key.public_key), own_site_key())
    assert (certified.name, certified.actor_id) == (editor.display_name, str(editor.id))
    (event,) = Event.objects.filter(action="actor_key.added", target_id=str(editor.id))
    assert event.data["public_key"] == bytes(key.public_key).hex()
    ann.create({"title": "A"})
    assert ActorKey.objects.filter(user=editor).count() == 1


def test_a_key_that_cannot_be_read_any_more_is_replaced(ann: Desk, editor: Any, settings: Any) -> None:
    from cryptography.fernet import Fernet

    from stages.registers.keys import signing

    settings.FOUNDRY_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    signing._private_key.cache_clear()
    written = ann.create({"title": "A"})
    old, new = ActorKey.objects.filter(user=editor).order_by("created_at", "id")
    assert (new.revoked_at, new.last_bundle) == (None, None)
    assert None not in (old.revoked_at, old.last_bundle)
    assert ann.value(written[0], "title") == "A"


def test_private_keys_are_encrypted_anew(ann: Desk, editor: Any, settings: Any) -> None:
    from cryptography.fernet import Fernet

    from stages.registers.keys import signing

    new = Fernet.generate_key().decode()
    settings.FOUNDRY_ENCRYPTION_KEYS = [new, *_keys()]
    with transaction.atomic():
        assert rotate_secrets(ring.rotate) >= 1
    settings.FOUNDRY_ENCRYPTION_KEYS = [new]
    signing._private_key.cache_clear()
    ann.create({"title": "B"})
    assert ActorKey.objects.filter(user=editor).count() == 1


def _keys() -> list[str]:
    from django.conf import settings

    return list(settings.FOUNDRY_ENCRYPTION_KEYS or ring._keys_in_file())


def test_a_certificate_that_the_site_did_not_seal_is_refused(ann: Desk, editor: Any) -> None:
    key = ActorKey.objects.get(user=editor)
    with pytest.raises(ValueError, match="seal"):
        read_certificate(key.certificate, bytes(64))


@pytest.mark.parametrize("name", [None, {}, 7, "x" * 1_001])
def test_a_certificate_names_its_person_with_a_text(ann: Desk, name: Any) -> None:
    basel = ForeignSite(ann.project.id)
    text = canonical({**json.loads(basel.certificate.text), "display_name": name})
    with pytest.raises(ValueError, match="wrong"):
        read_certificate(text, basel.key.sign(text.encode()).signature)
