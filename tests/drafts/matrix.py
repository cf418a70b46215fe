"""Rows of the permission matrix: versions, comments and tasks."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from drafts.comments.models import Comment
from drafts.comments.services import create_comment
from drafts.tasks.models import Task
from drafts.tasks.services import create_task
from projects.models import Project
from tests.matrix import NOT_ARCHIVED, OPEN, OWNERS, REVIEWERS, SESSION, WRITERS, Row

REMARK = {"version": 1, "target_field": "prompt_text", "text": "Why?"}
READ = {"base": 1, "target": 2, "field": "prompt_text", "read": True}
COMMENT = "/api/v1/comments/{comment}/"
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
    Row("api_moments", "GET", "moments/?version=1", 200),
    Row("api_search", "GET", "search/?q=one", 200),
    Row("api_tasks", "GET", "tasks/", 200),
    Row("api_tasks", "POST", "tasks/", 201, REVIEWERS, NOT_ARCHIVED, {"text": "Name the sources"}),
    Row("api_task", "GET", TASK, 200),
    Row("api_task", "PATCH", TASK, 200, REVIEWERS, NOT_ARCHIVED, {"done": True}),
)


def furnish(project: Project, caller: Caller) -> None:
    """Make a comment and a task."""
    create_comment(caller=caller, project_id=project.id, version=1, target_field="prompt_text", text="Only one?")
    create_task(caller=caller, project_id=project.id, text="Name the sources")


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    comment = Comment.objects.threads(project.id).order_by("id")[0]
    return {"comment": comment.id, "task": Task.objects.filter(project=project).order_by("id")[0].id}
