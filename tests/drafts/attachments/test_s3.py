"""Pieces in a storage that speaks S3, at a server of its own; where it is installed (docs/testing.md)."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from audit.verification import verify
from blobs.models import Piece
from blobs.reading import read_blob
from blobs.storage import storage_at
from drafts.attachments.models import Upload
from drafts.attachments.services import append_to_upload, attach_file, end_upload, remove_uploads, start_upload
from kernel.errors import Unavailable
from projects.models import Project
from tests.drafts.attachments.files import MIB, attach, content, upload
from tests.drafts.attachments.s3_server import REGION, bucket_at, s3_server

PACKAGES = ("boto3", "storages", "moto", "flask_cors")
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.empty_site,
    pytest.mark.skipif(not all(map(find_spec, PACKAGES)), reason="needs moto and boto3 (docs/testing.md)"),
]


@pytest.fixture
def rae(reviewer: User, caller_for: Callable[..., Caller]) -> Caller:
    return caller_for(reviewer)


@pytest.fixture(scope="module")
def credentials() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "of-a-test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "of-a-test")
        # A server that is away is found out at once.
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        yield


@pytest.fixture(scope="module")
def server(credentials: None) -> Iterator[str]:
    with s3_server(free_port()) as address:
        yield address


@pytest.fixture
def bucket(server: str, settings: Any) -> Iterator[Any]:
    settings.FOUNDRY_FILES_URL = url_of(server)
    found = bucket_at(server)
    yield found
    found.objects.delete()
    storage_at.cache_clear()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


def url_of(server: str) -> str:
    return f"s3://kept/foundry?endpoint_url={server}&region_name={REGION}"


def sizes(bucket: Any) -> list[int]:
    return sorted(each.size for each in bucket.objects.all())


def findings() -> list[str]:
    return [f"{finding.where}: {finding.what}" for finding in verify().findings]


def test_pieces_lie_in_the_bucket_and_read_back(project: Project, rae: Caller, bucket: Any) -> None:
    data = content(9 * MIB)
    attachment = attach(rae, project, data)

    assert sizes(bucket) == [MIB, 4 * MIB, 4 * MIB]
    assert all(each.key.startswith("foundry/") for each in bucket.objects.all())
    assert not Piece.objects.filter(data__isnull=False).exists()
    assert b"".join(read_blob(attachment.blob_id)) == data
    assert b"".join(read_blob(attachment.blob_id, 4 * MIB - 2, 4 * MIB + 2)) == data[4 * MIB - 2 : 4 * MIB + 2]
    assert findings() == []


def test_what_has_ended_leaves_nothing_in_the_bucket(project: Project, rae: Caller, bucket: Any) -> None:
    attach(rae, project, content(2 * MIB))
    ended = upload(rae, project, content(5 * MIB, 1))
    end_upload(caller=rae, upload_id=ended.id)
    remove_uploads()
    assert sizes(bucket) == [2 * MIB]


def test_what_is_changed_or_gone_in_the_bucket_is_found(project: Project, rae: Caller, bucket: Any) -> None:
    attachment = attach(rae, project, content(2 * MIB))
    (piece,) = bucket.objects.all()
    piece.put(Body=content(2 * MIB, 1))
    assert findings() == [
        f"blob {attachment.blob_id}: its content was changed: the hash does not fit",
        f"file {attachment.blob_id}: its BLAKE3 hash is another one",
    ]
    piece.delete()
    (found,) = findings()
    assert "its content cannot be read: the storage of files failed" in found


@pytest.mark.usefixtures("credentials")
def test_while_the_server_is_away_an_upload_waits(project: Project, rae: Caller, settings: Any) -> None:
    port = free_port()
    with s3_server(port) as address:
        settings.FOUNDRY_FILES_URL = url_of(address)
        begun = start_upload(caller=rae, project_id=project.id, size=MIB)
        whole = upload(rae, project, content(2 * MIB, 1))
    with pytest.raises(Unavailable):
        append_to_upload(caller=rae, upload_id=begun.id, offset=0, data=content(MIB))
    with pytest.raises(Unavailable):
        attach_file(
            caller=rae,
            project_id=project.id,
            upload_id=whole.id,
            subject_type="project",
            subject_id=project.id,
            name="a.bin",
        )
    with s3_server(port):
        append_to_upload(caller=rae, upload_id=begun.id, offset=0, data=content(MIB))
    assert Upload.objects.get(pk=begun.id).is_whole
    storage_at.cache_clear()
