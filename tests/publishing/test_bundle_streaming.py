"""A bundle is made while it is sent, in little memory, whatever the length of the history."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from kernel.zipping import StreamedZip
from publishing.bundle import rows
from publishing.bundle.scope import scope_of_project
from publishing.bundle.writing import bundle
from tests.publishing.bundles import files_in, project_bundle, release_bundle, wrong_with
from tests.publishing.reviews import Review
from tests.rest.client import Api, problem

MEBIBYTE = 1024 * 1024


def test_a_large_file_goes_through_in_little_memory():
    def numbers() -> Iterator[bytes]:
        for number in range(64):
            yield number.to_bytes(2, "big") * (MEBIBYTE // 2)

    archive = StreamedZip(datetime.now(UTC))
    tracemalloc.start()
    sent = sum(len(piece) for piece in archive.add("numbers", numbers()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert archive.listed[0][2] == 64 * MEBIBYTE
    assert 0 < sent < MEBIBYTE
    assert peak < 4 * MEBIBYTE


def test_the_zip_is_one_that_others_read():
    archive = StreamedZip(datetime(2026, 11, 20, 12, 30, tzinfo=UTC))
    data = b"".join([*archive.add("a/ä.txt", [b"x", b"y"]), *archive.add("b", []), *archive.close()])

    with zipfile.ZipFile(io.BytesIO(data)) as read:
        assert read.testzip() is None
        assert {name: read.read(name) for name in read.namelist()} == {"a/ä.txt": b"xy", "b": b""}
        assert read.getinfo("b").date_time == (2026, 11, 20, 12, 30, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("size", [2, 3])
def test_pages_join_without_a_gap(review: Review, monkeypatch, size: int):
    release = review.release()
    whole = files_in(release_bundle(release))
    monkeypatch.setattr(rows, "PAGE", size)

    paged = files_in(release_bundle(release))

    assert whole == paged
    assert wrong_with(paged) is None


@pytest.mark.django_db
def test_what_happens_while_it_is_sent_is_not_inside(review: Review):
    pieces = bundle(scope_of_project(review.project.id))
    data = next(pieces)
    review.save("# Role\nWritten meanwhile.\n")
    review.writer.take("files/meanwhile.md")

    files = files_in(data + b"".join(pieces))

    assert wrong_with(files) is None
    assert b"meanwhile.md" not in files["events.jsonl"] + files["leases.jsonl"]


@pytest.mark.django_db
def test_reviewers_get_it_and_viewers_do_not(review: Review):
    release = review.release("First: one")

    answer = Api(review.people["reviewer"]).get(f"releases/{release.id}/bundle/")

    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == 'attachment; filename="Oncology-protocol-agent-First-one.zip"'
    assert wrong_with(files_in(b"".join(answer.streaming_content))) is None
    assert problem(Api(review.people["viewer"]).get(f"releases/{release.id}/bundle/")) == (403, "permission_denied")


def test_it_is_streamed_over_asgi(committed_db: None, make_review: Callable[[], Review]):
    review = make_review()
    release = review.release()
    headers = Api(review.people["reviewer"]).headers

    async def download() -> bytes:
        answer: Any = await AsyncClient().get(f"/api/v1/releases/{release.id}/bundle/", headers=headers)
        assert answer.status_code == 200, answer.content
        assert answer.is_async
        return b"".join([piece async for piece in answer.streaming_content])

    assert wrong_with(files_in(async_to_sync(download)())) is None
    assert wrong_with(files_in(project_bundle(review))) is None
