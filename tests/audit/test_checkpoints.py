"""Checkpoints: sealed notes of where all chains stand, by which a cut-off tail is noticed."""

from __future__ import annotations

import hashlib
import logging

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.callers import foundry_caller
from audit.checkpoints.models import Checkpoint
from audit.checkpoints.services import make_checkpoint
from audit.keys.sealing import own_fingerprint
from audit.models import Event, SiteKey
from kernel.canonical import canonical, canonical_hash
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


@pytest.fixture
def checkpoint(writer: Writer) -> Checkpoint:
    writer.take()
    return made()


@pytest.fixture
def second(checkpoint: Checkpoint) -> Checkpoint:
    return made()


@pytest.fixture
def owner_of_tables(second: Checkpoint):
    """A tampering owner of the tables: protections off, for the rest of this test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_event", "audit_checkpoint", "audit_sitekey"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        # What refers to the keys, in tables of apps further up, too.
        cursor.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE confrelid = 'audit_sitekey'::regclass"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        yield cursor


def made(**how: bool) -> Checkpoint:
    found = make_checkpoint(caller=foundry_caller("command"), **how)
    assert found is not None
    return found


def recorded(checkpoint: Checkpoint) -> Event:
    return Event.objects.get(action="checkpoint.made", target_id=str(checkpoint.number))


def test_it_lists_the_head_of_every_chain_without_naming_it(checkpoint: Checkpoint, project):
    newest = Event.objects.of_project(project.id).latest("seq")
    digest = canonical_hash({"chain": str(project.id), "seq": newest.seq, "hash": bytes(newest.hash).hex()})

    assert digest in checkpoint.statement["heads"]
    assert checkpoint.statement["heads"] == sorted(checkpoint.statement["heads"])
    assert str(project.id) not in checkpoint.text
    assert canonical(checkpoint.statement) == checkpoint.text


def test_it_names_the_checkpoint_before(checkpoint: Checkpoint, second: Checkpoint):
    assert second.number == checkpoint.number + 1
    assert second.statement["previous"] == hashlib.sha256(checkpoint.text.encode()).hexdigest()


def test_the_first_key_and_every_checkpoint_are_on_record(checkpoint: Checkpoint):
    key = SiteKey.objects.get(pk=checkpoint.key_id)

    assert checkpoint.statement["key"] == key.fingerprint == hashlib.sha256(bytes(key.public_key)).hexdigest()
    assert Event.objects.get(action="site.key_added", target_id=key.fingerprint).data["public_key"]
    assert recorded(checkpoint).data["sha256"] == checkpoint.sha256
    call_command("verify_audit")


def test_a_scheduled_one_is_left_out_where_nothing_happened(checkpoint: Checkpoint, writer: Writer):
    caller = foundry_caller("command")

    assert make_checkpoint(caller=caller, only_if_changed=True) is None
    writer.give_back()
    assert make_checkpoint(caller=caller, only_if_changed=True) is not None


def test_it_is_told_to_the_log(checkpoint: Checkpoint, django_capture_on_commit_callbacks, caplog):
    with caplog.at_level(logging.INFO, "audit.checkpoints.services"), django_capture_on_commit_callbacks(execute=True):
        second = made()

    assert f"checkpoint number={second.number} sha256={second.sha256}" in caplog.text


def test_the_private_key_is_its_owner_s_only(checkpoint: Checkpoint, settings):
    file = settings.FOUNDRY_DATA_DIR / "signing_key"

    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_from_the_environment_seals_where_the_operator_pins_both(checkpoint: Checkpoint, settings):
    settings.FOUNDRY_SIGNING_KEY = "11" * 32
    settings.FOUNDRY_SITE_KEYS = (checkpoint.key_id, own_fingerprint())

    second = made()

    assert second.key_id != checkpoint.key_id
    call_command("verify_audit")


@pytest.mark.parametrize("table", ["audit_checkpoint", "audit_sitekey"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_c08_keys_and_checkpoints_cannot_be_removed(checkpoint: Checkpoint, table: str, statement: str):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_checkpoint SET text = text", "UPDATE audit_sitekey SET added_at = added_at"]
)
def test_c08_keys_and_checkpoints_cannot_be_changed(checkpoint: Checkpoint, statement: str):
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("DELETE FROM audit_event WHERE chain = %(chain)s AND seq = %(last)s", "a chain was cut off .*%(chain)s"),
        ("DELETE FROM audit_event WHERE chain = %(chain)s", "a chain was cut off"),
        ('UPDATE audit_checkpoint SET text = replace(text, \'"v":1\', \'"v":1,"w":1\')', "seal does not fit"),
        ("UPDATE audit_checkpoint SET text = text || ' '", "not in canonical form"),
        ("UPDATE audit_checkpoint SET signature = set_byte(signature, 3, 255 - get_byte(signature, 3))", "seal"),
        ("UPDATE audit_checkpoint SET made_at = made_at + interval '1 second'", "number, key or time"),
        ("DELETE FROM audit_checkpoint WHERE number = %(first)s", "checkpoint %(first)s(: it was removed| is missing)"),
        ("DELETE FROM audit_checkpoint WHERE number = %(first)s + 1", "it was removed"),
        ("DELETE FROM audit_sitekey", "the site key it recorded is gone"),
        (
            "INSERT INTO audit_sitekey (fingerprint, public_key) SELECT encode(sha256(k), 'hex'), k FROM sha256('x') k",
            "no event recorded it",
        ),
    ],
)
def test_c02_verify_audit_finds_what_a_checkpoint_proves(
    checkpoint: Checkpoint, project, owner_of_tables, statement: str, found: str
):
    last = Event.objects.newest_seq(str(project.id))
    values = {"chain": str(project.id), "last": last, "first": checkpoint.number}
    owner_of_tables.execute(statement, values)

    with pytest.raises(CommandError, match=found % values):
        call_command("verify_audit")


def test_c02_a_cut_off_checkpoint_is_noticed_by_what_the_log_has(second: Checkpoint, owner_of_tables):
    noted = f"{second.number}:{second.sha256}"
    call_command("verify_audit", checkpoint=(second.number, second.sha256))

    owner_of_tables.execute("DELETE FROM audit_event WHERE id = %s", [recorded(second).pk])
    owner_of_tables.execute("DELETE FROM audit_checkpoint WHERE number = %s", [second.number])

    call_command("verify_audit")
    with pytest.raises(CommandError, match=f"checkpoint {second.number} is gone"):
        call_command("verify_audit", "--checkpoint", noted)
