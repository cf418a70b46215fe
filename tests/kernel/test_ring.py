"""The ring of keys that encrypts stored secrets."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pytest_django import Settings

from kernel import ring

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.FOUNDRY_ENCRYPTION_KEYS = ()
    settings.FOUNDRY_DATA_DIR = tmp_path / "data"
    return tmp_path / "data"


def test_a_secret_is_read_by_its_owner_only(settings: Settings):
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)
    token = ring.encrypt("hunter2", owner="secret 7")
    assert b"hunter2" not in token
    assert ring.decrypt(token, owner="secret 7") == "hunter2"
    with pytest.raises(ring.RingError, match="belongs to another row"):
        ring.decrypt(token, owner="secret 8")


def test_an_older_key_still_decrypts_and_a_rotation_makes_it_dispensable(settings: Settings):
    settings.FOUNDRY_ENCRYPTION_KEYS = (OLD,)
    token = ring.encrypt("hunter2", owner="a")
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW, OLD)
    assert ring.decrypt(token, owner="a") == "hunter2"
    rotated = ring.rotate(token)
    settings.FOUNDRY_ENCRYPTION_KEYS = (NEW,)
    assert ring.decrypt(rotated, owner="a") == "hunter2"
    with pytest.raises(ring.RingError, match="no encryption key of this site fits"):
        ring.decrypt(token, owner="a")
    with pytest.raises(ring.RingError, match="no encryption key of this site fits"):
        ring.rotate(token)


def test_the_keys_are_made_once_in_a_file_that_only_its_owner_reads(folder: Path):
    token = ring.encrypt("hunter2", owner="a")
    assert stat.S_IMODE(ring.key_path().stat().st_mode) == 0o600
    assert ring.decrypt(token, owner="a") == "hunter2"
    assert [file.name for file in folder.iterdir()] == ["encryption_keys"]


def test_a_new_key_comes_before_the_others_in_the_file(folder: Path):
    token = ring.encrypt("hunter2", owner="a")
    [first] = ring.key_path().read_text().split()
    ring.add_key()
    new, old = ring.key_path().read_text().split()
    assert old == first
    assert new != first
    assert stat.S_IMODE(ring.key_path().stat().st_mode) == 0o600
    assert ring.decrypt(token, owner="a") == "hunter2"
