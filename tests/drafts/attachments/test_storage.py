"""Pieces outside of PostgreSQL: in a folder, and in a storage that speaks S3."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.verification import verify
from blobs.models import Piece
from blobs.reading import read_blob
from blobs.services import place_piece
from blobs.storage import StorageError, storage_at
from drafts.attachments.models import Upload
from drafts.attachments.services import append_to_upload, end_upload, remove_uploads, start_upload, uploading
from kernel.errors import Conflict, NotFound, Unavailable
from kernel.transactions import write_transaction
from projects.models import Project
from tests.drafts.attachments.files import MIB, attach, content, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def rae(reviewer: User, caller_for: Callable[..., Caller]) -> Caller:
    return caller_for(reviewer)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.FOUNDRY_FILES_URL = f"file://{tmp_path}/files"
    return tmp_path / "files"


class FakeBucket:
    """What `blobs.storage` uses of a bucket of boto3's, in memory; `test_s3.py` has a real one."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.objects = SimpleNamespace(filter=self._filter)

    def Object(self, key: str) -> Any:  # noqa: N802 (boto3's name)
        return SimpleNamespace(
            put=lambda Body, ContentType: self.kept.__setitem__(key, Body),  # noqa: N803 (boto3's names)
            get=lambda Range: self._get(key, Range),  # noqa: N803
            delete=lambda: self.kept.pop(key, None),
        )

    def _get(self, key: str, asked: str) -> dict[str, Any]:
        first, last = asked.removeprefix("bytes=").split("-")
        part = self.kept[key][int(first) : int(last) + 1]
        return {"Body": SimpleNamespace(read=lambda: part)}

    def _filter(self, Prefix: str) -> list[Any]:  # noqa: N803
        return [SimpleNamespace(key=key) for key in sorted(self.kept) if key.startswith(Prefix)]


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBucket]:
    fake, asked = FakeBucket(), {}

    def backend(**options: str) -> Any:
        asked.update(options)
        return SimpleNamespace(bucket=fake)

    module = ModuleType("storages.backends.s3")
    module.S3Storage = backend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "storages.backends.s3", module)
    settings.FOUNDRY_FILES_URL = "s3://kept/foundry?endpoint_url=https://s3.internal&region_name=eu-central-1"
    storage_at.cache_clear()
    yield fake
    storage_at.cache_clear()
    assert asked == {"bucket_name": "kept", "endpoint_url": "https://s3.internal", "region_name": "eu-central-1"}


def findings() -> list[str]:
    return [f"{finding.where}: {finding.what}" for finding in verify().findings]


def test_pieces_lie_in_the_folder_and_read_back(project: Project, rae: Caller, folder: Path) -> None:
    data = content(9 * MIB)
    attachment = attach(rae, project, data)

    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert sorted(path.stat().st_size for path in files) == [MIB, 4 * MIB, 4 * MIB]
    assert not Piece.objects.filter(data__isnull=False).exists()
    assert b"".join(read_blob(attachment.blob_id)) == data
    assert b"".join(read_blob(attachment.blob_id, 4 * MIB - 2, 4 * MIB + 2)) == data[4 * MIB - 2 : 4 * MIB + 2]
    assert findings() == []


def test_what_is_changed_cut_or_gone_in_the_folder_is_found(project: Project, rae: Caller, folder: Path) -> None:
    attachment = attach(rae, project, content(5 * MIB))
    path = max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    data = path.read_bytes()

    path.write_bytes(b"\0" + data[1:])
    assert f"blob {attachment.blob_id}: its content was changed: the hash does not fit" in findings()
    path.write_bytes(data[:-1])
    assert any("is shorter than it was" in finding for finding in findings())
    path.unlink()
    assert any("cannot be read" in finding for finding in findings())


def test_what_ends_or_was_refused_leaves_nothing_in_the_folder(project: Project, rae: Caller, folder: Path) -> None:
    ended = upload(rae, project, content(2 * MIB))
    (folder / str(ended.id) / "0-of-a-try-that-failed").write_bytes(b"x")

    end_upload(caller=rae, upload_id=ended.id)

    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_try_that_failed_goes_when_the_upload_becomes_an_attachment(
    project: Project, rae: Caller, folder: Path
) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=2 * MIB, data=content(MIB))
    with pytest.raises(Conflict):
        append_to_upload(caller=rae, upload_id=made.id, offset=0, data=content(MIB))
    attachment = attach(rae, project, content(2 * MIB, 3))
    (spare,) = (path for path in folder.iterdir() if path.name != str(made.id))
    (spare / "0-of-a-try-that-failed").write_bytes(b"x")

    remove_uploads()

    assert [path.stat().st_size for path in spare.iterdir()] == [2 * MIB]
    assert b"".join(read_blob(attachment.blob_id)) == content(2 * MIB, 3)
    assert list(Upload.objects.all()) == [made]


def test_a_folder_that_cannot_be_written_is_unavailable_and_the_upload_stays(
    project: Project, rae: Caller, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_bytes(b"")
    settings.FOUNDRY_FILES_URL = f"file://{tmp_path}/taken"
    made = start_upload(caller=rae, project_id=project.id, size=1)
    with pytest.raises(Unavailable):
        append_to_upload(caller=rae, upload_id=made.id, offset=0, data=b"x")
    made.refresh_from_db()
    assert made.received == 0


def test_an_upload_whose_first_bytes_cannot_be_stored_takes_no_room(
    project: Project, rae: Caller, settings: Any, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_bytes(b"")
    settings.FOUNDRY_FILES_URL = f"file://{tmp_path}/taken"
    with pytest.raises(Unavailable):
        start_upload(caller=rae, project_id=project.id, size=1, data=b"x")
    assert not Upload.objects.under_way().exists()


def test_bytes_that_arrive_after_their_upload_was_cleared_away_are_removed(
    project: Project, rae: Caller, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=2 * MIB, data=content(MIB))

    def slow(**facts: Any) -> str | None:
        end_upload(caller=rae, upload_id=made.id)
        return place_piece(**facts)

    monkeypatch.setattr(uploading, "place_piece", slow)
    with pytest.raises(NotFound):
        append_to_upload(caller=rae, upload_id=made.id, offset=MIB, data=content(MIB))

    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_stay_where_nobody_knows_whether_their_row_was_committed(
    project: Project, rae: Caller, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=2 * MIB, data=content(MIB))

    @contextmanager
    def without_an_answer() -> Iterator[None]:
        with write_transaction():
            yield
        raise Unavailable

    monkeypatch.setattr(uploading, "write_transaction", without_an_answer)
    with pytest.raises(Unavailable):
        append_to_upload(caller=rae, upload_id=made.id, offset=MIB, data=content(MIB))

    places = Piece.objects.filter(upload=made.id).values_list("place", flat=True)
    assert len(places) == 2
    assert all((folder / place).is_file() for place in places if place)


def test_pieces_stay_readable_where_they_lie_when_new_ones_go_elsewhere(
    project: Project, rae: Caller, tmp_path: Path, settings: Any
) -> None:
    before = attach(rae, project, content(2 * MIB))
    settings.FOUNDRY_FILES_URL = f"file://{tmp_path}"
    after = attach(rae, project, content(2 * MIB, 1))

    assert b"".join(read_blob(before.blob_id)) == content(2 * MIB)
    assert b"".join(read_blob(after.blob_id)) == content(2 * MIB, 1)
    settings.FOUNDRY_FILES_URL = ""
    with pytest.raises(StorageError):
        list(read_blob(after.blob_id))


def test_pieces_lie_in_a_bucket_and_read_back(project: Project, rae: Caller, bucket: FakeBucket) -> None:
    data = content(5 * MIB)
    attachment = attach(rae, project, data)
    ended = upload(rae, project, content(2 * MIB, 1))
    end_upload(caller=rae, upload_id=ended.id)

    assert sorted(len(each) for each in bucket.kept.values()) == [MIB, 4 * MIB]
    assert all(key.startswith("foundry/") for key in bucket.kept)
    assert b"".join(read_blob(attachment.blob_id)) == data
    assert findings() == []
    bucket.kept.clear()
    assert any("the storage of files failed" in finding for finding in findings())
