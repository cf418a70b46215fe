"""The worker draws previews, whatever the files are."""

from __future__ import annotations

from collections.abc import Callable

from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.previews import PreviewState, preview_states
from projects.models import Project
from tests.audit.test_jobs import work
from tests.blobs import hostile_files
from tests.drafts.attachments.files import attach


def test_the_worker_draws_what_was_attached(
    committed_db: None,
    process_environment: dict[str, str],
    make_project: Callable[..., Project],
    owner: User,
    caller_for: Callable[..., Caller],
) -> None:
    project = make_project("Attachments")
    hostile = attach(caller_for(owner), project, hostile_files.nested_pdf(), name="endless.pdf")
    good = attach(caller_for(owner), project, hostile_files.pdf(), name="good.pdf")
    work(process_environment)
    states = preview_states([hostile, good])
    assert states == {hostile.blob_id: PreviewState.NONE, good.blob_id: PreviewState.DRAWN}
    assert not ProcrastinateJob.objects.filter(args__sha256__in=states).exists(), "left in the queue"
