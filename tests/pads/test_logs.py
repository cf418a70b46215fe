"""The log: its hash, its snapshots, and what verification notices."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from kernel.crdt.edits import Edit
from stages.pads import loading
from stages.pads.documents import DOCUMENTS, Documents
from stages.pads.loading import load_document, read_text
from stages.pads.log import first_hash, next_hash, read_credits, read_edits
from stages.pads.models import Pad, Revision, Snapshot
from stages.pads.services import keep_snapshot, snapshots, tidy_snapshots, tidying
from stages.pads.verification import check_records
from tests.pads.world import World, edit, text_of


def written(world: World, count: int = 12) -> Pad:
    """A pad with as many revisions, by two people in turn."""
    pad, people = world.pad(), [world.session("ed"), world.session("mara")]
    for number in range(count):
        edit(people[number % 2], pad, number, (number // 3, number % 2 and 1, f"<{number}>"))
    return pad


def forge(sql: str) -> None:
    """Change what the database refuses to change, as whoever owns its tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("pads_pad", "pads_revision"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("pads_pad", "pads_revision"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def test_the_hash_covers_every_revision(world: World):
    pad = written(world)
    expected = first_hash(pad.id)
    for row in Revision.objects.filter(pad=pad.id).order_by("revision"):
        expected = next_hash(
            expected,
            revision=row.revision,
            epoch=row.epoch,
            user=row.user_id,
            writer=row.writer,
            at=row.at,
            edits=read_edits(row.edits),
            update=bytes(row.update),
            credited=read_credits(row.credits),
        )
    assert bytes(Pad.objects.get(pk=pad.id).log_hash) == expected
    assert list(check_records()) == []


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE pads_revision SET edits = '[[0,0,\"<x>\"]]' WHERE revision = 12", "another end of its log"),
        ("UPDATE pads_revision SET edits = '[]' WHERE revision = 5", "revision 5 was changed"),
        ("UPDATE pads_revision SET user_id = NULL WHERE revision = 3", "another end of its log"),
        ("UPDATE pads_revision SET at = at + interval '1 second' WHERE revision = 3", "another end of its log"),
        ("DELETE FROM pads_revision WHERE revision = 7", "revision 7 is missing"),
        ("UPDATE pads_pad SET length = 1", "another length"),
        ("UPDATE pads_pad SET next_writer = 1", "again"),
        ("UPDATE pads_snapshot SET text = text || 'x'", "snapshot of revision 12"),
    ],
)
def test_c02_what_was_changed_is_noticed(world: World, sql: str, what: str):
    pad = written(world)
    assert keep_snapshot(pad_id=pad.id)
    assert list(check_records()) == []
    forge(sql)
    assert what in " ".join(map(str, check_records()))


def test_a_text_is_the_same_with_and_without_snapshots(world: World):
    pad = written(world, 5)
    keep_snapshot(pad_id=pad.id)
    edit(world.session("olga"), pad, 5, (0, 3, ""))
    edit(world.session("olga"), pad, 6, (0, 0, "é😀"))

    with_snapshot = [read_text(pad.id, number) for number in range(8)]
    Snapshot.objects.all().delete()
    without = [read_text(pad.id, number) for number in range(8)]

    assert [(each.text, each.authors.runs) for each in with_snapshot] == [
        (each.text, each.authors.runs) for each in without
    ]


def test_a_document_is_the_same_with_and_without_snapshots(world: World):
    pad = written(world, 5)
    before = load_document(pad.id)
    keep_snapshot(pad_id=pad.id)
    edit(world.session("olga"), pad, 5, (0, 3, "é😀"))

    loaded = load_document(pad.id)

    assert (before.document.text, before.revision) == (read_text(pad.id, 5).text, 5)
    assert (loaded.document.text, loaded.revision, loaded.snapshot) == (text_of(pad), 6, 5)


def test_a_snapshot_is_kept_as_soon_as_enough_was_written(world: World, monkeypatch: pytest.MonkeyPatch):
    for module in (loading, snapshots, tidying):
        monkeypatch.setattr(module, "SNAPSHOT_EVERY", 5)
    pad = written(world, 12)
    assert list(Snapshot.objects.filter(pad=pad.id).order_by("revision").values_list("revision", flat=True)) == [5, 10]
    keep_snapshot(pad_id=pad.id)
    tidy_snapshots()
    kept = Snapshot.objects.filter(pad=pad.id).order_by("revision")
    assert [(each.revision, bytes(each.state) == b"") for each in kept] == [(5, True), (10, True), (12, False)]
    assert list(check_records()) == []


def test_a_document_that_says_something_else_is_no_snapshot(world: World):
    pad = written(world)
    with DOCUMENTS.using(pad.id) as cached:
        cached.load(pad.id).document.apply_edits([Edit(0, 0, "never stored")])
    assert not keep_snapshot(pad_id=pad.id)
    assert not Snapshot.objects.filter(pad=pad.id).exists()


def test_documents_are_dropped_beyond_the_limit(world: World, settings):
    settings.FOUNDRY_PAD_MEMORY = 1
    documents, pads = Documents(), [written(world, 2) for _ in range(4)]
    big = world.pad()
    edit(world.session("ed"), big, 0, (0, 0, "x" * 60_000))
    for pad in (*pads, big):
        with documents.using(pad.id) as cached:
            cached.load(pad.id)
    assert documents.count == 5
    again = world.pad()
    edit(world.session("ed"), again, 0, (0, 0, "x" * 60_000))
    with documents.using(again.id) as cached:
        cached.load(again.id)
    assert documents.memory <= 2**20
    # What is used next is loaded again.
    with documents.using(big.id) as cached:
        assert cached.load(big.id).document.length == 60_000


def test_a_document_of_what_was_never_committed_is_loaded_again(world: World):
    pad, ed, mara = written(world, 2), world.session("ed"), world.session("mara")
    edit(mara, pad, 2, (0, 0, ""))
    with transaction.atomic():
        edit(ed, pad, 2, (0, 0, "undone"))
        transaction.set_rollback(True)
    # As long as the one that was rolled back, and longer.
    edit(mara, pad, 2, (0, 0, "kept"))
    with transaction.atomic():
        edit(ed, pad, 3, (0, 0, "undone"))
        edit(ed, pad, 4, (0, 0, "undone"))
        transaction.set_rollback(True)
    assert edit(ed, pad, 3, (0, 0, "and ")).revision == 4
    assert text_of(pad) == load_document(pad.id).document.text
    assert text_of(pad).startswith("and kept")
    assert list(check_records()) == []
