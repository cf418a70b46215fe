"""What the database itself refuses, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from uuid_utils.compat import uuid7

from stages.pads.log import first_hash
from stages.pads.models import Pad, Revision, Writer
from tests.pads.world import World


def attempt(sql: str, values: Any) -> None:
    """Run it, and leave nothing behind of what was let through."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        transaction.set_rollback(True)


def refused(sql: str, *values: Any) -> str:
    with pytest.raises(DatabaseError) as error:
        attempt(sql, values)
    return str(error.value)


def written(world: World, count: int = 2) -> Pad:
    """A pad with revisions, put in by hand."""
    pad = world.pad()
    Writer.objects.create(pad=pad, number=1, user=world.people["ed"])
    for number in range(1, count + 1):
        put_revision(world, pad, number)
    Pad.objects.filter(pk=pad.id).update(head=count, log_hash=b"x" * 32, next_writer=2)
    return pad


def put_revision(world: World, pad: Pad, number: int, **facts: Any) -> None:
    given = {"writer": 1, "user": world.people["ed"], "epoch": 1, "edits": "[]", "update": b"", "length": 0, **facts}
    Revision.objects.create(pad=pad, revision=number, at=timezone.now(), **given)


@pytest.mark.parametrize("table", ["pads_pad", "pads_writer", "pads_revision"])
def test_c08_nothing_is_deleted(world: World, table: str):
    written(world)
    assert refused(f"DELETE FROM {table}")
    assert refused(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE pads_revision SET edits = '[[0,0,\"x\"]]'",
        "UPDATE pads_revision SET user_id = NULL",
        "UPDATE pads_writer SET number = 7",
        "UPDATE pads_pad SET head = 1, log_hash = 'y'",
        "UPDATE pads_pad SET head = 3, log_hash = 'y'",
        "UPDATE pads_pad SET log_hash = 'y'",
        "UPDATE pads_pad SET epoch = 0",
        "UPDATE pads_pad SET next_writer = 1",
        "UPDATE pads_pad SET recorded = 3",
        "UPDATE pads_pad SET recorded_hash = 'y'",
        "UPDATE pads_pad SET created_at = now()",
        "UPDATE pads_pad SET id = gen_random_uuid()",
    ],
)
def test_c08_what_was_written_never_changes(world: World, change: str):
    """Acceptance case 33."""
    written(world)
    assert refused(change)


def test_revisions_have_no_gap_and_a_writer_of_their_pad(world: World):
    pad = written(world)
    for number, facts in ((4, {}), (2, {}), (0, {}), (3, {"writer": 2}), (3, {"user": world.people["mara"]})):
        with pytest.raises(IntegrityError), transaction.atomic():
            put_revision(world, pad, number, **facts)
    put_revision(world, pad, 3)


def test_a_closed_pad_gets_no_revision(world: World):
    pad = written(world)
    Pad.objects.filter(pk=pad.id).update(closed_at=timezone.now())
    put_revision(world, pad, 3)
    assert refused("UPDATE pads_pad SET head = 3, log_hash = 'y'")


def test_a_pad_begins_without_revisions(world: World):
    given = {"project": world.project, "created_by": world.people["ed"], "created_at": timezone.now(), "name": "x"}
    pad_id = uuid7()
    for facts in ({"head": 1}, {"epoch": 2}, {"next_writer": 2}, {"recorded": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Pad.objects.create(id=pad_id, log_hash=first_hash(pad_id), changed_at=timezone.now(), **{**given, **facts})
