"""The site's keys: whoever has the database alone cannot make one count."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from accounts.callers import foundry_caller
from audit.checkpoints.models import Checkpoint
from audit.checkpoints.services import make_checkpoint
from audit.keys.rotation import rotate_site_key
from audit.keys.sealing import own_fingerprint, seal
from audit.keys.succession import KEY_ADDED, Endorsement, site_keys, succession_statement
from audit.models import Event, SiteKey
from kernel.canonical import canonical
from kernel.errors import Conflict, Unavailable
from tests.audit.forgery import plant_key, private_of

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = "11" * 32, "22" * 32, "33" * 32


@pytest.fixture(autouse=True)
def own_folder(settings: Settings, tmp_path: Path) -> Path:
    """A site that begins here: no key on record, none in its folder."""
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY = tmp_path, None
    assert not SiteKey.objects.exists()
    return tmp_path


def made() -> Checkpoint:
    found = make_checkpoint(caller=foundry_caller("command"))
    assert found is not None
    return found


def replaced(**how: Path) -> str:
    return rotate_site_key(caller=foundry_caller("command"), reason="Yearly", **how).after


def broken() -> str:
    with pytest.raises(CommandError) as caught:
        call_command("verify_audit")
    return str(caught.value)


def test_a_key_that_was_added_with_database_access_alone_is_named_and_seals_nothing():
    made()
    forger = private_of("aa")
    planted = plant_key(forger)

    assert planted in site_keys().recorded
    assert planted not in site_keys().known()
    assert f"site key {planted}: neither the site's key before it nor the operator endorsed it" in broken()


@pytest.mark.parametrize("signed_by", ["itself", "nobody"])
def test_an_endorsement_that_the_key_before_did_not_seal_proves_nothing(signed_by: str):
    own = made().key_id
    forger = private_of("aa")
    fingerprint = hashlib.sha256(forger.public_key().public_bytes_raw()).hexdigest()
    text = succession_statement(key=own, following=fingerprint, at="2026-01-01T00:00:00.000000Z", reason="Mine")
    by_old = forger.sign(text.encode()) if signed_by == "itself" else bytes(64)
    planted = plant_key(forger, Endorsement(text, by_old, forger.sign(text.encode())))

    assert planted not in site_keys().known()
    assert f"site key {planted}" in broken()


def test_a_planted_key_that_endorses_the_site_s_own_does_not_count():
    """A key's owner may say whose predecessor it was; it takes the successor's seal to make it so."""
    forger = private_of("aa")
    plant_key(forger)
    with pytest.raises(Unavailable, match="not the site's"):
        made()


def test_the_old_key_endorses_the_new_one_and_both_count_from_either_end(settings: Settings, own_folder: Path):
    first = made().key_id
    old = (own_folder / "signing_key").read_text()
    second = replaced()
    last = made()

    assert last.key_id == second == own_fingerprint() != first
    assert last.statement["keys"] == [first, second]
    assert (own_folder / "signing_key").stat().st_mode & 0o777 == 0o600
    assert not (own_folder / "signing_key.next").exists()
    event = Event.objects.get(action=KEY_ADDED, target_id=second)
    said = json.loads(event.data["endorsement"]["statement"])
    assert (said["type"], said["key"], said["next"], said["reason"]) == ("site_key", first, second, "Yearly")
    assert event.record["reason"] == "Yearly"
    call_command("verify_audit")
    (own_folder / "signing_key").unlink()
    for pin in (first, second):
        settings.FOUNDRY_SITE_KEYS = (pin,)
        assert list(site_keys().known()) == [first, second]
    assert old


def test_a_replaced_key_seals_no_more(own_folder: Path):
    made()
    old = (own_folder / "signing_key").read_text()
    replaced()
    (own_folder / "signing_key").write_text(old)

    with pytest.raises(Unavailable, match="has been replaced"):
        made()


def test_a_stolen_old_key_leads_nobody_to_another_successor(own_folder: Path):
    made()
    stolen = Ed25519PrivateKey.from_private_bytes(bytes.fromhex((own_folder / "signing_key").read_text()))
    old = hashlib.sha256(stolen.public_key().public_bytes_raw()).hexdigest()
    second = replaced()
    forger = private_of("aa")
    fingerprint = hashlib.sha256(forger.public_key().public_bytes_raw()).hexdigest()
    text = succession_statement(key=old, following=fingerprint, at="2026-01-01T00:00:00.000000Z", reason="Mine")
    planted = plant_key(forger, Endorsement(text, stolen.sign(text.encode()), forger.sign(text.encode())))

    assert list(site_keys().known()) == [old, second]
    assert planted in site_keys().recorded
    assert f"site key {old}: two keys follow it" in broken()


def test_a_replacement_that_was_cut_short_goes_on(own_folder: Path, monkeypatch: pytest.MonkeyPatch):
    first = made().key_id
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("killed")))
    with pytest.raises(OSError, match="killed"):
        replaced()
    monkeypatch.undo()
    recorded = site_keys().successors(first)

    assert [replaced()] == recorded == [own_fingerprint()]
    call_command("verify_audit")


def test_a_key_from_the_environment_is_replaced_by_a_file(settings: Settings, tmp_path: Path):
    settings.FOUNDRY_SIGNING_KEY = FIRST
    made()
    with pytest.raises(Conflict, match="--file"):
        replaced()
    second = replaced(file=tmp_path / "next")
    with pytest.raises(Unavailable, match="has been replaced"):
        made()
    settings.FOUNDRY_SIGNING_KEY = (tmp_path / "next").read_text().strip()

    assert made().key_id == second
    call_command("verify_audit")


def test_where_the_key_is_lost_the_operator_pins_the_old_one_and_the_new_one(settings: Settings):
    settings.FOUNDRY_SIGNING_KEY = FIRST
    first = made().key_id
    settings.FOUNDRY_SIGNING_KEY = SECOND
    with pytest.raises(Unavailable, match="not the site's"):
        made()
    settings.FOUNDRY_SITE_KEYS = (first, own_fingerprint())
    second = made().key_id
    call_command("verify_audit")
    settings.FOUNDRY_SITE_KEYS = ()
    assert f"site key {first}" in broken() or "endorsed" in broken()
    call_command("verify_audit", "--key", first)

    assert second != first


def test_the_keys_of_an_earlier_release_have_no_endorsements_and_go_on_verifying(settings: Settings):
    """One key needs nothing; of several, which any node could once add, the operator names those that are known."""
    settings.FOUNDRY_SIGNING_KEY = FIRST
    older = plant_key(private_of(SECOND), old_form=True)
    settings.FOUNDRY_SITE_KEYS = (older, own_fingerprint())
    made()
    call_command("verify_audit")
    settings.FOUNDRY_SITE_KEYS = (older,)
    call_command("verify_audit")


def test_without_any_known_key_the_verifier_says_so(own_folder: Path, capsys: pytest.CaptureFixture[str]):
    made()
    (own_folder / "signing_key").unlink()

    call_command("verify_audit")

    assert "NOT COMPARED WITH A KNOWN KEY" in capsys.readouterr().out
    assert not (own_folder / "signing_key").exists()


def test_a_forged_database_does_not_verify_where_the_site_s_key_is(settings: Settings):
    """Whoever owns the tables and makes everything anew, keys included, is found by the key that they do not have."""
    settings.FOUNDRY_SIGNING_KEY = SECOND
    made()
    settings.FOUNDRY_SIGNING_KEY = FIRST

    assert "endorsed" in broken()


def test_the_command_prints_both_fingerprints(capsys: pytest.CaptureFixture[str]):
    first = made().key_id
    call_command("new_site_key", "--reason", "Yearly")
    said = capsys.readouterr().out

    assert first in said
    assert own_fingerprint() in said
    with pytest.raises(CommandError, match="reason"):
        call_command("new_site_key", "--reason", " ")


def test_a_seal_of_a_key_off_record_is_refused():
    with pytest.raises(RuntimeError, match="not on record"):
        seal("bundle", {})


def test_a_malformed_endorsement_is_no_endorsement():
    made()
    forger = private_of("aa")
    text = canonical({"type": "site_key"})
    plant_key(forger, Endorsement(text, bytes(64), bytes(64)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE action = %s", [KEY_ADDED])
        assert cursor.fetchone() == (2,)

    assert len(site_keys().known()) == 1
