"""Checkpoints are stamped by an outside authority, and its stamps are proven like everything else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.callers import foundry_caller
from audit.checkpoints.models import Checkpoint, Timestamp
from audit.checkpoints.services import make_checkpoint
from audit.checkpoints.stamping import StampError, stamp_checkpoints
from audit.models import Event
from tests.audit.authority import Authority

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkpoint() -> Checkpoint:
    found = make_checkpoint(caller=foundry_caller("command"))
    assert found is not None
    return found


@pytest.fixture
def authority(settings, tmp_path: Path) -> Iterator[Authority]:
    authority = Authority()
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    with authority.serving() as address:
        settings.FOUNDRY_TIMESTAMP_URL = address
        settings.FOUNDRY_TIMESTAMP_ROOTS = str(tmp_path / "roots.pem")
        Path(settings.FOUNDRY_TIMESTAMP_ROOTS).write_bytes(authority.root_pem)
        yield authority


def stamp() -> int:
    return stamp_checkpoints(caller=foundry_caller())


def test_each_checkpoint_is_stamped_once_and_on_record(checkpoint: Checkpoint, authority: Authority):
    assert stamp() >= 1
    assert stamp() == 0

    found = Timestamp.objects.get(checkpoint=checkpoint)
    event = Event.objects.get(action="checkpoint.stamped", target_id=str(checkpoint.number))
    assert event.data["authority"] == found.authority
    assert checkpoint.text.encode() not in b"".join(authority.asked)
    call_command("verify_audit")


def test_without_an_authority_nothing_is_asked(checkpoint: Checkpoint):
    assert stamp() == 0


def test_an_answer_about_something_else_is_refused(checkpoint: Checkpoint, authority: Authority):
    authority.lies = True

    with pytest.raises(StampError, match="could not be stamped"):
        stamp()
    assert not Timestamp.objects.filter(checkpoint=checkpoint).exists()


def test_an_authority_that_nobody_trusts_is_refused(checkpoint: Checkpoint, authority: Authority, settings):
    Path(settings.FOUNDRY_TIMESTAMP_ROOTS).write_bytes(Authority().root_pem)

    with pytest.raises(StampError):
        stamp()


def test_c02_a_stamp_that_nobody_trusted_gave_is_found_later_too(
    checkpoint: Checkpoint, authority: Authority, settings, tmp_path: Path
):
    """Whoever writes to the database can insert the stamp of an authority of their own, with its event."""
    roots = Path(settings.FOUNDRY_TIMESTAMP_ROOTS)
    trusted, own = roots.read_bytes(), Authority()
    roots.write_bytes(own.root_pem)
    with own.serving() as settings.FOUNDRY_TIMESTAMP_URL:
        stamp()
    call_command("verify_audit")
    roots.write_bytes(trusted)

    with pytest.raises(CommandError, match="no authority that the operator trusts gave it"):
        call_command("verify_audit")


def test_an_authority_that_is_away_is_asked_again_later(checkpoint: Checkpoint, authority: Authority, settings):
    address = settings.FOUNDRY_TIMESTAMP_URL
    settings.FOUNDRY_TIMESTAMP_URL = "http://127.0.0.1:1/"
    with pytest.raises(StampError):
        stamp()

    settings.FOUNDRY_TIMESTAMP_URL = address
    assert stamp() >= 1


@pytest.mark.parametrize("statement", ["DELETE FROM audit_timestamp", "UPDATE audit_timestamp SET authority = ''"])
def test_c08_a_stamp_cannot_be_changed_or_removed(checkpoint: Checkpoint, authority: Authority, statement: str):
    stamp()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_timestamp SET stamped_at = stamped_at - interval '1 day'", "it was changed"),
        ("UPDATE audit_timestamp SET answer = answer || 'x'", "it was changed"),
        ("DELETE FROM audit_timestamp", "it was removed"),
    ],
)
def test_c02_verify_audit_finds_a_tampered_stamp(
    checkpoint: Checkpoint, authority: Authority, statement: str, found: str
):
    stamp()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_timestamp DISABLE TRIGGER USER")
        cursor.execute(statement)

    with pytest.raises(CommandError, match=found):
        call_command("verify_audit")
