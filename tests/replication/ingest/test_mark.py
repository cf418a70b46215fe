"""A database that was restored from a backup writes nothing under numbers that it has used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from stages.registers.fold.wire import WireBundle
from stages.registers.keys import own_site_key
from stages.registers.models import Bundle
from stages.registers.storing.storage import PostgresStorage
from stages.registers.verification import check_records
from stages.replication.ingest import mark
from stages.replication.ingest.mark import CatchingUp, Mark, marks_are_written, read_mark
from stages.replication.ingest.services import CloseReason
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db
Capture = Callable[..., Any]


@pytest.fixture
def data_folder(settings: Any, tmp_path: Path) -> Path:
    # The key stays the one of the test run, wherever it comes from.
    own_site_key()
    settings.FOUNDRY_DATA_DIR = tmp_path
    return tmp_path


@contextmanager
def lost(capture: Capture) -> Iterator[None]:
    """What is written here is committed, so that it is marked, and is not in the backup."""
    with transaction.atomic():
        with capture(execute=True):
            yield
        assert marks_are_written(10)
        transaction.set_rollback(True)


def own_bundles(desk: Desk) -> list[WireBundle]:
    return [WireBundle.of(each.signed) for each in PostgresStorage(desk.project.id).lacking({})]


def newest(desk: Desk) -> int:
    return PostgresStorage(desk.project.id).head(own_site_key().hex()).number


@pytest.mark.usefixtures("data_folder")
def test_a_restored_database_writes_once_others_have_sent_back_what_it_lacks(
    ann: Desk, basel: Site, django_capture_on_commit_callbacks: Capture
) -> None:
    before = newest(ann)
    with lost(django_capture_on_commit_callbacks):
        ann.create({"title": "after the backup"})
        ann.create({"title": "the last one"})
        sent = own_bundles(ann)
    assert read_mark(ann.project.id) == Mark(own_site_key().hex(), before + 2)
    assert newest(ann) == before
    with pytest.raises(CatchingUp) as refusal:
        ann.create({"title": "another history"})
    assert (refusal.value.status, refusal.value.code) == (503, "catching_up")
    assert basel.send(*sent).accepted == 2
    assert newest(ann) == before + 2
    ann.create({"title": "goes on"})
    assert [str(each) for each in check_records()] == []


@pytest.mark.usefixtures("data_folder")
def test_what_it_wrote_all_the_same_is_a_fork(
    ann: Desk, basel: Site, django_capture_on_commit_callbacks: Capture
) -> None:
    """Where nobody kept the mark."""
    with lost(django_capture_on_commit_callbacks):
        ann.create({"title": "after the backup"})
        (*_before, sent) = own_bundles(ann)
    next((mark._path(ann.project.id)).parent.iterdir()).unlink()
    ann.create({"title": "another history"})
    found = basel.send(sent)
    assert ([each.reason for each in found.held], found.close) == (["fork"], CloseReason.BAD_CONTENT)


@pytest.mark.usefixtures("data_folder")
def test_a_project_that_no_other_site_knows_is_not_marked(
    ann: Desk, django_capture_on_commit_callbacks: Capture
) -> None:
    with lost(django_capture_on_commit_callbacks):
        ann.create({"title": "after the backup"})
    assert read_mark(ann.project.id) is None
    ann.create({"title": "nobody else has the other one"})


@pytest.mark.usefixtures("data_folder", "basel")
def test_a_new_key_begins_a_new_chain(ann: Desk, django_capture_on_commit_callbacks: Capture) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        ann.create({"title": "A"})
    assert marks_are_written(10)
    found = read_mark(ann.project.id)
    assert found is not None
    mark._write(mark._path(ann.project.id), Mark("ab" * 32, found.number + 5))
    ann.create({"title": "B"})


def test_a_mark_that_nobody_can_read_keeps_nobody_from_writing(data_folder: Path, ann: Desk, basel: Site) -> None:
    (data_folder / mark.FOLDER).mkdir()
    (data_folder / mark.FOLDER / f"{ann.project.id}.json").write_text("{")
    ann.create({"title": "A"})
    assert Bundle.objects.filter(project=ann.project).count() > 0
    assert basel.peer.is_admitted
