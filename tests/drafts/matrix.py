"""Rows of the permission matrix: versions, comments, tasks and attachments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from drafts.attachments.models import Attachment
from drafts.attachments.services import attach_file, remove_attachment
from drafts.comments.models import Comment
from drafts.comments.services import create_comment
from drafts.tasks.models import Task
from drafts.tasks.services import create_task
from projects.models import Project
from tests.drafts.attachments.files import attach, upload
from tests.matrix import NOT_ARCHIVED, OPEN, OTHER, OWNERS, REVIEWERS, SESSION, WRITERS, Row, SiteRow

REMARK = {"version": 1, "target_field": "prompt_text", "text": "Why?"}
READ = {"base": 1, "target": 2, "field": "prompt_text", "read": True}
COMMENT = "/api/v1/comments/{comment}/"
ATTACHMENT = "/api/v1/attachments/{attachment}/"
REPORT = b"of the trial"
ATTACHED = {"upload": OTHER, "subject": {"type": "project", "id": OTHER}, "name": "a.pdf"}
TASK = "/api/v1/tasks/{task}/"
REST = (
    Row("api_drafts", "GET", "drafts/", 200),
    Row(
        "api_drafts",
        "POST",
        "drafts/",
        "lock_not_held",
        WRITERS,
        OPEN,
        {"base_version": 2, "session_id": SESSION, "changes": {"prompt_text": "x"}, "tokens": {"prompt_text": 1}},
    ),
    Row(
        "api_files", "POST", "files/", 201, WRITERS, OPEN, {"base_version": 2, "renames": {"files/b.md": "files/a.md"}}
    ),
    Row("api_draft", "GET", "drafts/1/", 200),
    Row("api_draft", "GET", "drafts/current/", 200),
    Row("api_file", "GET", "drafts/1/files/a.md", 200),
    Row("api_archive", "GET", "drafts/1/archive/", 200),
    Row("api_content", "GET", "drafts/current/content/prompt_text", 200),
    Row("api_compare", "GET", "compare/?base=1&target=2", 200),
    Row("api_read_fields", "GET", "compare/read/?base=1&target=2", 200),
    Row("api_read_fields", "PUT", "compare/read/", 200, body=READ),
    Row("api_export", "GET", "export/", 200),
    Row("api_revert", "POST", "drafts/1/revert/", 201, WRITERS, OPEN, {"reason": "Better"}),
    Row("api_undo", "POST", "undo/", "conflict", WRITERS, OPEN),
    Row("api_redo", "POST", "redo/", "conflict", WRITERS, OPEN),
    Row("api_comments", "GET", "comments/", 200),
    Row("api_comments", "POST", "comments/", 201, REVIEWERS, NOT_ARCHIVED, REMARK),
    Row("api_comment_counts", "GET", "comments/counts/", 200),
    Row("api_comment", "GET", COMMENT, 200),
    Row("api_comment_replies", "POST", COMMENT + "replies/", 201, REVIEWERS, NOT_ARCHIVED, {"text": "So."}),
    Row("api_comment_resolve", "POST", COMMENT + "resolve/", 200, REVIEWERS, NOT_ARCHIVED),
    Row("api_comment_reopen", "POST", COMMENT + "reopen/", "conflict", REVIEWERS, NOT_ARCHIVED),
    Row("api_comment_withdraw", "POST", COMMENT + "withdraw/", 200, OWNERS, NOT_ARCHIVED, {"reason": "Off topic"}),
    # Only who began an upload knows of it: for everybody else there is none.
    Row("api_uploads", "POST", "uploads/", "precondition_failed", REVIEWERS, NOT_ARCHIVED),
    Row("api_attachments", "GET", "attachments/", 200),
    Row("api_attachments", "POST", "attachments/", "not_found", REVIEWERS, NOT_ARCHIVED, ATTACHED),
    Row("api_blob", "GET", f"blobs/{hashlib.sha256(REPORT).hexdigest()}/", 200),
    Row("api_attachment", "GET", ATTACHMENT, 200),
    Row("api_attachment_content", "GET", ATTACHMENT + "content/", 200),
    Row("api_attachment_remove", "POST", ATTACHMENT + "remove/", 200, OWNERS, NOT_ARCHIVED, {"reason": "Wrong file"}),
    Row("api_moments", "GET", "moments/?version=1", 200),
    Row("api_search", "GET", "search/?q=one", 200),
    Row("api_tasks", "GET", "tasks/", 200),
    Row("api_tasks", "POST", "tasks/", 201, REVIEWERS, NOT_ARCHIVED, {"text": "Name the sources"}),
    Row("api_task", "GET", TASK, 200),
    Row("api_task", "PATCH", TASK, 200, REVIEWERS, NOT_ARCHIVED, {"done": True}),
)
SITE_REST = tuple(SiteRow("api_upload", method, f"uploads/{OTHER}/", "not_found") for method in ("PATCH", "DELETE"))
# The one is a part of removing, the other reads.
NO_WRITES = ("attachment.remove_others", "attachment.read_removed")


def furnish(project: Project, caller: Caller) -> None:
    """Make a comment, a task and an attachment."""
    create_comment(caller=caller, project_id=project.id, version=1, target_field="prompt_text", text="Only one?")
    create_task(caller=caller, project_id=project.id, text="Name the sources")
    attach(caller, project, REPORT)


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    things: dict[str, Comment | Task | Attachment | None] = {
        "comment": Comment.objects.threads(project.id).order_by("id").first(),
        "task": Task.objects.filter(project=project).order_by("id").first(),
        "attachment": Attachment.objects.filter(project=project).order_by("id").first(),
    }
    return {name: thing.id for name, thing in things.items() if thing}


def _attaching(world: Any) -> Callable[[Caller], Any]:
    made = upload(world.mine.caller, world.review.project, REPORT)
    subject: dict[str, Any] = {"subject_type": "project", "subject_id": world.id}
    return lambda caller: attach_file(caller=caller, project_id=world.id, upload_id=made.id, name="a.pdf", **subject)


def _removing(world: Any) -> Callable[[Caller], Any]:
    attachment = attach(world.owner, world.review.project, REPORT)
    return lambda caller: remove_attachment(caller=caller, attachment_id=attachment.id, reason="Wrong file")


REPEATS = (("attachment.add", _attaching), ("attachment.remove", _removing))
