"""Uploads that are not whole, go wrong, are somebody else's or too much, or have ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from blobs.models import Piece
from drafts.attachments.models import Upload
from drafts.attachments.services import (
    append_to_upload,
    attach_file,
    end_upload,
    remove_attachment,
    remove_uploads,
    start_upload,
)
from kernel.errors import (
    Conflict,
    NotFound,
    PayloadTooLarge,
    ValidationFailed,
)
from projects.models import Project
from tests.drafts.attachments.files import MIB, attach, content, upload

pytestmark = pytest.mark.django_db


def test_an_upload_that_is_not_whole_cannot_be_attached(project: Project, rae: Caller) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=MIB)
    with pytest.raises(Conflict, match="0 of 1048576"):
        attach_file(
            caller=rae,
            project_id=project.id,
            upload_id=made.id,
            subject_type="project",
            subject_id=project.id,
            name="a",
        )


def test_a_wrong_offset_is_told_the_right_one(project: Project, rae: Caller) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=2 * MIB, data=content(MIB))
    with pytest.raises(Conflict) as refused:
        append_to_upload(caller=rae, upload_id=made.id, offset=0, data=content(MIB))
    assert refused.value.extra["offset"] == MIB


def test_more_than_announced_or_crumbs_are_refused(project: Project, rae: Caller) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=MIB)
    with pytest.raises(PayloadTooLarge):
        append_to_upload(caller=rae, upload_id=made.id, offset=0, data=content(MIB + 1))
    with pytest.raises(ValidationFailed):
        append_to_upload(caller=rae, upload_id=made.id, offset=0, data=b"x")


def test_another_persons_upload_does_not_exist(
    project: Project, rae: Caller, editor: User, caller_for: Callable[..., Caller]
) -> None:
    made = start_upload(caller=rae, project_id=project.id, size=1)
    other = caller_for(editor)
    with pytest.raises(NotFound):
        append_to_upload(caller=other, upload_id=made.id, offset=0, data=b"x")
    with pytest.raises(NotFound):
        end_upload(caller=other, upload_id=made.id)


def test_limits_are_told_before_any_byte(project: Project, rae: Caller, settings: object) -> None:
    settings.FOUNDRY_FILE_LIMIT, settings.FOUNDRY_PROJECT_FILES = 4 * MIB, 6 * MIB  # type: ignore[attr-defined]
    with pytest.raises(PayloadTooLarge, match=r"at most 4 MiB.*has 5 MiB"):
        start_upload(caller=rae, project_id=project.id, size=5 * MIB)
    attachment = attach(rae, project, content(3 * MIB))
    start_upload(caller=rae, project_id=project.id, size=2 * MIB)

    with pytest.raises(PayloadTooLarge, match=r"at most 6 MiB, and this one has 5 MiB"):
        start_upload(caller=rae, project_id=project.id, size=2 * MIB)

    remove_attachment(caller=rae, attachment_id=attachment.id, reason="Wrong file")
    with pytest.raises(PayloadTooLarge):
        start_upload(caller=rae, project_id=project.id, size=2 * MIB)


def test_what_has_ended_or_expired_is_removed_with_its_pieces(project: Project, rae: Caller) -> None:
    kept = upload(rae, project, content(2 * MIB))
    ended, expired = (upload(rae, project, content(2 * MIB, seed)) for seed in (1, 2))
    end_upload(caller=rae, upload_id=ended.id)
    Upload.objects.filter(pk=expired.id).update(expires_at=timezone.now() - timedelta(seconds=1))

    remove_uploads()

    assert set(Piece.objects.values_list("upload", flat=True)) == {kept.id}
    assert list(Upload.objects.all()) == [kept]
    with pytest.raises(NotFound):
        append_to_upload(caller=rae, upload_id=expired.id, offset=0, data=b"x")
