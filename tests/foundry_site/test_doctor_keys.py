"""The doctor examines keys and secrets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from accounts.callers import foundry_caller
from audit.checkpoints.services import make_checkpoint
from audit.keys.rotation import rotate_site_key
from foundry_site.doctor import keys
from foundry_site.environment import read_environment
from kernel.doctor import Diagnosis, Level
from kernel.ring import ROTATIONS
from tests.audit.forgery import plant_key, private_of
from tests.foundry_site.findings import the

pytestmark = pytest.mark.django_db


def test_keys_that_others_can_read_are_bad(settings: Settings, tmp_path: Path) -> None:
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY = tmp_path, None
    for name in ("signing_key", "secret_key"):
        (tmp_path / name).write_text("0" * 64)
        (tmp_path / name).chmod(0o644)
    assert the(keys.examine, "Signing key").level is Level.BAD
    assert the(keys.examine, "FOUNDRY_SECRET_KEY").level is Level.BAD


def test_a_node_without_the_sites_key_is_told_and_makes_none(settings: Settings, tmp_path: Path) -> None:
    make_checkpoint(caller=foundry_caller("job"))
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY = tmp_path, None
    assert the(keys.examine, "Signing key").level is Level.BAD
    assert not list(tmp_path.iterdir())
    settings.FOUNDRY_SIGNING_KEY = "1" * 64
    assert the(keys.examine, "Signing key").level is Level.BAD


def test_a_replaced_key_is_bad(settings: Settings, tmp_path: Path) -> None:
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY = tmp_path, None
    make_checkpoint(caller=foundry_caller("job"))
    old = (tmp_path / "signing_key").read_text()
    rotate_site_key(caller=foundry_caller("command"), reason="Yearly")
    assert the(keys.examine, "Signing key").level is Level.OK
    (tmp_path / "signing_key").write_text(old)
    (tmp_path / "signing_key").chmod(0o600)
    assert "has been replaced" in the(keys.examine, "Signing key").text


def test_a_key_that_nobody_endorsed_is_bad(settings: Settings, tmp_path: Path) -> None:
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY = tmp_path, None
    make_checkpoint(caller=foundry_caller("job"))
    planted = plant_key(private_of("aa"))
    assert planted in the(keys.examine, "Site keys").text
    settings.FOUNDRY_SITE_KEYS = (planted,)
    assert "Site keys" not in {each.subject for each in keys.examine()}


def test_a_secret_of_its_own_on_a_shared_database_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.FOUNDRY_DATA_DIR = tmp_path
    settings.ENVIRONMENT = read_environment({"DATABASE_URL": "postgresql://db/foundry"})
    assert the(keys.examine, "FOUNDRY_SECRET_KEY").level is Level.WARN
    settings.ENVIRONMENT = read_environment({"FOUNDRY_SECRET_KEY": "x" * 60})
    assert the(keys.examine, "FOUNDRY_SECRET_KEY").level is Level.OK


def test_encryption_keys_are_looked_at_where_a_stage_stores_secrets(settings: Any, tmp_path: Path) -> None:
    settings.FOUNDRY_DATA_DIR = tmp_path
    settings.FOUNDRY_ENCRYPTION_KEYS = ()
    (tmp_path / "encryption_keys").touch(mode=0o644)
    (tmp_path / "encryption_keys").chmod(0o644)

    def found() -> list[Diagnosis]:
        return [each for each in keys.examine() if each.subject == "FOUNDRY_ENCRYPTION_KEYS"]

    with ROTATIONS.replaced({}):
        assert found() == []
    with ROTATIONS.replaced({"sample": lambda rotate: 0}):
        [open_to_others] = found()
        settings.FOUNDRY_ENCRYPTION_KEYS = ("key",)
        [given] = found()
    assert (open_to_others.level, given.level) == (Level.BAD, Level.OK)
