"""What begins an upload, and what is asked before the bytes of a file are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.models import UPLOAD_LIFETIME, Upload
from drafts.attachments.services import attach_file, attaching, end_upload, start_upload
from kernel.errors import DomainError, NotFound, PayloadTooLarge, ProjectFrozen, ReadOnlyToken, ValidationFailed
from projects.models import Project
from projects.services import archive_project
from tests.drafts.attachments.files import MIB, content, upload

pytestmark = pytest.mark.django_db
CallerFor = Callable[..., Caller]


@pytest.fixture
def rae(reviewer: User, caller_for: CallerFor) -> Caller:
    return caller_for(reviewer)


@pytest.mark.parametrize("metadata", ["a ," * 600 + "a,", "a ," * 600 + "\u20ac", "a b c", "a,,b"])
def test_metadata_that_is_none_is_refused(project: Project, rae: Caller, metadata: str) -> None:
    """However many ways there are to read its spaces."""
    with pytest.raises(ValidationFailed):
        start_upload(caller=rae, project_id=project.id, size=1, metadata=metadata)


def test_first_bytes_that_are_refused_leave_no_upload(project: Project, rae: Caller) -> None:
    for size, data in ((2 * MIB, b"a crumb"), (1, b"more than announced")):
        with pytest.raises((ValidationFailed, PayloadTooLarge)):
            start_upload(caller=rae, project_id=project.id, size=size, data=data)
    assert not Upload.objects.exists()


def test_how_long_an_upload_lasts_goes_by_the_clock_of_the_database(
    project: Project, rae: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = timezone.now() - timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: behind)
    made = start_upload(caller=rae, project_id=project.id, size=1)
    assert list(Upload.objects.under_way()) == [made]
    assert made.expires_at > behind + UPLOAD_LIFETIME + timedelta(days=1)


def test_nobody_takes_all_the_room_by_announcing(
    project: Project, rae: Caller, editor: User, caller_for: CallerFor, settings: Any
) -> None:
    settings.FOUNDRY_FILE_LIMIT, settings.FOUNDRY_PROJECT_FILES = 2 * MIB, 16 * MIB
    first, _ = (start_upload(caller=rae, project_id=project.id, size=2 * MIB) for _ in range(2))

    with pytest.raises(PayloadTooLarge, match=r"under way in this project have 4 MiB.*at most 4 MiB together"):
        start_upload(caller=rae, project_id=project.id, size=1)

    start_upload(caller=caller_for(editor), project_id=project.id, size=2 * MIB)
    end_upload(caller=rae, upload_id=first.id)
    start_upload(caller=rae, project_id=project.id, size=2 * MIB)


def test_a_file_that_will_be_refused_is_not_read(
    project: Project, rae: Caller, owner: User, caller_for: CallerFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = upload(rae, project, content(2 * MIB))
    monkeypatch.setattr(attaching, "read_through", lambda pieces: pytest.fail("the file was read"))

    def refused(caller: Caller = rae, **facts: Any) -> type[DomainError]:
        asked = {"subject_type": "project", "subject_id": project.id, "name": "a.pdf", **facts}
        with pytest.raises(DomainError) as refusal:
            attach_file(caller=caller, project_id=project.id, upload_id=made.id, **asked)
        return refusal.type

    assert refused(name="a/b") is ValidationFailed
    assert refused(subject_id=uuid4()) is NotFound
    assert refused(replace(rae, is_read_only=True)) is ReadOnlyToken
    archive_project(caller=caller_for(owner), project_id=project.id)
    assert refused() is ProjectFrozen
