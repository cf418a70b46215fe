"""`manage.py rotate_keys` encrypts every registered secret anew, all or none, and records that it did."""

from __future__ import annotations

from io import StringIO

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit.models import Event
from kernel import ring

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
pytestmark = pytest.mark.django_db


@pytest.fixture
def stored(settings: Settings) -> dict[str, bytes]:
    """Secrets of two rows, under the older key."""
    settings.FOUNDRY_ENCRYPTION_KEYS = (OLD,)
    tokens = {owner: ring.encrypt(f"value of {owner}", owner=owner) for owner in "ab"}
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW, OLD)
    return tokens


def test_every_registered_secret_is_encrypted_with_the_newest_key(stored: dict[str, bytes], settings: Settings):
    def rotate_all(rotate: ring.Rotate) -> int:
        stored.update({owner: rotate(token) for owner, token in stored.items()})
        return len(stored)

    said = StringIO()
    with ring.ROTATIONS.replaced({"sample": rotate_all}):
        call_command("rotate_keys", stdout=said)
    assert said.getvalue() == "2 secrets are encrypted with the newest key.\n"
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)
    assert [ring.decrypt(stored[owner], owner=owner) for owner in "ab"] == ["value of a", "value of b"]
    event = Event.objects.get(action="secrets.rotated")
    assert (event.chain, event.data) == ("site", {"count": 2})


def test_a_secret_that_no_key_fits_ends_the_rotation(stored: dict[str, bytes], settings: Settings):
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)

    def rotate_all(rotate: ring.Rotate) -> int:
        return len([rotate(token) for token in stored.values()])

    with (
        ring.ROTATIONS.replaced({"sample": rotate_all}),
        pytest.raises(CommandError, match="Nothing was changed: no"),
    ):
        call_command("rotate_keys")
    assert not Event.objects.filter(action="secrets.rotated").exists()


def test_a_new_key_is_not_made_beside_those_of_the_environment(settings: Settings):
    settings.FOUNDRY_ENCRYPTION_KEYS = (OLD,)
    with pytest.raises(CommandError, match="put a new one before the others there"):
        call_command("rotate_keys", new_key=True)
