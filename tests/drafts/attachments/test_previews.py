"""Previews of attachments: drawn once by the worker, seen by those who see the attachment."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.callers import Caller
from accounts.models import User
from blobs import services
from blobs.jobs import draw_preview
from blobs.models import Preview
from blobs.previews import NoPreview
from blobs.services import MAX_ATTEMPTS, make_preview
from blobs.storage import StorageError
from drafts.attachments.models import Attachment
from drafts.attachments.previews import PreviewState, preview_states, without_preview
from drafts.attachments.services import remove_attachment
from drafts.jobs import queue_previews
from projects.models import Project
from projects.services import remove_member
from tests.blobs import hostile_files
from tests.drafts.attachments.files import attach
from tests.rest.client import Api

# Projects that stand already have pictures too.
pytestmark = pytest.mark.django_db

Callers = Callable[..., Caller]


@pytest.fixture
def picture(project: Project, reviewer: User, caller_for: Callers) -> Attachment:
    data = hostile_files.image("PNG", size=(3200, 1600))
    return attach(caller_for(reviewer), project, data, name="rota.png")


def queued() -> list[str]:
    return [job.args["sha256"] for job in ProcrastinateJob.objects.filter(task_name="blobs.jobs.draw_preview")]


def state(attachment: Attachment) -> PreviewState:
    return preview_states([attachment])[attachment.blob_id]


def test_a_picture_is_queued_with_its_attachment_and_other_files_are_not(
    project: Project, reviewer: User, caller_for: Callers, picture: Attachment
) -> None:
    other = attach(caller_for(reviewer), project, b"a,b\n1,2\n", name="rota.csv")
    assert queued() == [picture.blob_id]
    assert (state(picture), state(other)) == (PreviewState.WAITING, PreviewState.NONE)
    assert list(without_preview()) == [picture]


def test_it_is_drawn_once(picture: Attachment, monkeypatch: pytest.MonkeyPatch) -> None:
    make_preview(sha256=picture.blob_id)
    preview = Preview.objects.get(pk=picture.blob_id)
    sizes = [Image.open(io.BytesIO(bytes(each or b""))).size for each in (preview.small, preview.large)]
    assert sizes == [(256, 128), (1600, 800)]
    assert state(picture) == PreviewState.DRAWN
    assert not without_preview().exists()
    monkeypatch.setattr(services, "draw_previews", lambda pieces: pytest.fail("drawn again"))
    make_preview(sha256=picture.blob_id)


def test_a_file_that_cannot_be_drawn_is_tried_once(
    project: Project, reviewer: User, caller_for: Callers, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = attach(caller_for(reviewer), project, hostile_files.image("PNG")[:60], name="broken.png")
    make_preview(sha256=broken.blob_id)
    assert state(broken) == PreviewState.NONE
    monkeypatch.setattr(services, "draw_previews", lambda pieces: pytest.fail("drawn again"))
    make_preview(sha256=broken.blob_id)


def test_a_file_at_which_the_worker_dies_is_left_alone_after_some_attempts(
    picture: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts = []

    def die(pieces: Any) -> dict[int, bytes]:
        attempts.append(pieces)
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "draw_previews", die)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(KeyboardInterrupt):
            make_preview(sha256=picture.blob_id)
    make_preview(sha256=picture.blob_id)
    assert len(attempts) == MAX_ATTEMPTS
    assert state(picture) == PreviewState.NONE


def test_a_preview_that_was_refused_is_no_failure_of_the_job(
    picture: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pieces: Any) -> dict[int, bytes]:
        raise NoPreview("it was not drawn within 20 s")

    monkeypatch.setattr(services, "draw_previews", refuse)
    make_preview(sha256=picture.blob_id)
    assert state(picture) == PreviewState.NONE


def test_while_the_storage_is_away_a_preview_waits_and_is_queued_again(
    picture: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(sha256: str) -> Iterator[bytes]:
        raise StorageError("the storage is away")
        yield

    with monkeypatch.context() as patched:
        patched.setattr(services, "read_blob", away)
        for _ in range(MAX_ATTEMPTS + 1):
            draw_preview(sha256=picture.blob_id)
    assert (state(picture), Preview.objects.get(pk=picture.blob_id).attempts) == (PreviewState.WAITING, 0)

    queue_previews(timestamp=0)
    assert queued() == [picture.blob_id], "it waits in the queue already"
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    queue_previews(timestamp=0)
    assert queued() == [picture.blob_id]
    draw_preview(sha256=picture.blob_id)
    assert state(picture) == PreviewState.DRAWN


@pytest.mark.parametrize("changes", [{"small": b"x", "large": b"x"}, {"ended_at": None, "small": None, "large": None}])
def test_a_preview_that_was_drawn_is_never_changed(picture: Attachment, changes: dict[str, Any]) -> None:
    make_preview(sha256=picture.blob_id)
    with pytest.raises(DatabaseError), transaction.atomic():
        Preview.objects.filter(pk=picture.blob_id).update(**changes)


def test_half_a_preview_is_refused_by_the_database(picture: Attachment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Preview.objects.create(pk=picture.blob_id, small=b"x")


class TestOverREST:
    @pytest.fixture(autouse=True)
    def drawn(self, picture: Attachment) -> None:
        make_preview(sha256=picture.blob_id)

    def test_it_is_webp_that_nothing_runs_in(self, viewer: User, picture: Attachment) -> None:
        for size, pixels in (("", (256, 128)), ("?size=256", (256, 128)), ("?size=1600", (1600, 800))):
            answer = Api(viewer).get(address(picture) + size)
            assert answer.status_code == 200
            assert Image.open(io.BytesIO(answer.content), formats=["WEBP"]).size == pixels
            assert answer["Content-Type"] == "image/webp"
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"

    def test_who_has_it_already_is_still_asked(
        self, project: Project, owner: User, viewer: User, picture: Attachment, caller_for: Callers
    ) -> None:
        first = Api(viewer).get(address(picture))
        assert first["Cache-Control"] == "private, no-cache"
        known = {"If_None_Match": first["ETag"]}
        assert Api(viewer).get(address(picture), **known).status_code == 304
        assert Api(viewer).get(address(picture) + "?size=1600", **known).status_code == 200
        remove_member(caller=caller_for(owner), project_id=project.id, user_id=viewer.id, reason="Left")
        assert Api(viewer).get(address(picture), **known).status_code == 404

    def test_another_size_is_refused(self, viewer: User, picture: Attachment) -> None:
        for size in ("", "0", "512", "256%20", "²"):
            answer = Api(viewer).get(f"{address(picture)}?size={size}")
            assert (answer.status_code, list(answer.json()["errors"])) == (400, ["size"])

    def test_nobody_else_sees_it(self, outsider: User, picture: Attachment) -> None:
        assert Api(outsider).get(address(picture)).status_code == 404
        assert Api(outsider).get(f"/api/v1/attachments/{uuid4()}/preview/").status_code == 404

    def test_of_a_removed_file_only_owners_see_it(
        self, owner: User, viewer: User, reviewer: User, picture: Attachment, caller_for: Callers
    ) -> None:
        remove_attachment(caller=caller_for(reviewer), attachment_id=picture.id, reason="The wrong site")
        assert [Api(user).get(address(picture)).status_code for user in (viewer, owner)] == [404, 200]

    def test_until_it_is_drawn_there_is_none(self, viewer: User, picture: Attachment) -> None:
        Preview.objects.filter(pk=picture.blob_id).delete()
        assert Api(viewer).get(address(picture)).status_code == 404


def address(attachment: Attachment) -> str:
    return f"/api/v1/attachments/{attachment.id}/preview/"
