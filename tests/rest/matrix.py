"""Who may do what through REST, while the project is in which status: one row for each method of each address.

Written by hand from docs/rules.md ("Roles", "Order of checks"), not derived from the table that the product reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = ("owner", "editor", "reviewer", "viewer", "visitor", "auditor")
WRITERS = ("owner", "editor")
REVIEWERS = (*WRITERS, "reviewer")
OWNERS = ("owner",)
NO_MEMBER_OF_IT = ("outsider",)
PERSONAS = (*EVERYBODY, *NO_MEMBER_OF_IT, "anonymous")

ALWAYS = ("open", "in_review", "frozen", "archived")
OPEN = ("open",)
NOT_ARCHIVED = ("open", "in_review", "frozen")

SESSION = "{session}"
FIELD = "{field}"
OTHER = "01890000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Row:
    """One method of one address of a project; a path from the root is that of something in it.

    ``may`` are the personas who may; ``in_status`` says when. ``answer`` is what those are told: a status, or the code
    of a refusal that comes after every question of permission.
    """

    name: str
    method: str
    path: str
    answer: int | str
    may: tuple[str, ...] = EVERYBODY
    in_status: tuple[str, ...] = ALWAYS
    body: Mapping[str, Any] = field(default_factory=dict)

    def expected(self, persona: str, status: str) -> int | str:
        """What a persona is told."""
        if persona == "anonymous":
            return "not_authenticated"
        if persona in NO_MEMBER_OF_IT:
            return "not_found"
        if persona not in self.may:
            return "permission_denied"
        return self.answer if status in self.in_status else "project_frozen"


LOCK = {"session_id": SESSION, "field": FIELD}

REMARK = {"version": 1, "target_field": "prompt_text", "text": "Why?"}
COMMENT = "/api/v1/comments/{comment}/"
TASK = "/api/v1/tasks/{task}/"
RELEASE = "/api/v1/releases/{release}/"
IN_REVIEW = ("in_review",)
SIGNATURE = {"meaning": "approved", "username": "nobody", "password": "wrong"}

OF_A_PROJECT = (
    Row("api_project", "GET", "", 200),
    Row("api_project", "PATCH", "", 200, OWNERS, ("open", "in_review", "frozen"), {"name": "Renamed"}),
    Row("api_archive", "POST", "archive/", 200, OWNERS, ("open", "frozen")),
    Row("api_reopen", "POST", "reopen/", 200, OWNERS, ("frozen", "archived"), {"reason": "Needed"}),
    Row("api_members", "GET", "members/", 200),
    Row("api_members", "POST", "members/", 201, OWNERS, ALWAYS, {"username": "{stranger}", "role": "viewer"}),
    Row("api_member", "PATCH", "members/{viewer}/", 200, OWNERS, ALWAYS, {"role": "editor", "reason": "Grows"}),
    Row("api_remove_member", "POST", "members/{viewer}/remove/", 204, OWNERS, ALWAYS, {"reason": "Left"}),
    Row("api_events", "GET", "events/", 200),
    Row("api_presence", "GET", "presence/", 200),
    Row("api_sessions", "POST", "sessions/", 201),
    Row("api_locks", "GET", "locks/", 200),
    Row("api_locks", "POST", "locks/", 201, WRITERS, OPEN, LOCK),
    Row("api_renew", "POST", "locks/renew/", 200, body={"session_id": SESSION, "fields": [FIELD]}),
    Row("api_release", "POST", "locks/release/", "lock_not_held", body=LOCK),
    Row("api_request", "POST", "locks/request/", "conflict", WRITERS, OPEN, LOCK),
    Row("api_keep", "POST", "locks/keep/", "lock_not_held", body={**LOCK, "to": OTHER}),
    Row("api_hand_over", "POST", "locks/hand-over/", "lock_not_held", WRITERS, OPEN, {**LOCK, "to": OTHER}),
    Row("api_take_over", "POST", "locks/take-over/", 201, OWNERS, OPEN, {**LOCK, "reason": "Urgent"}),
    Row("api_leases", "GET", "leases/", 200),
    Row("api_working_copies", "GET", "working-copies/", 200),
    Row("api_working_copy", "GET", f"working-copies/{OTHER}/", "not_found"),
    Row("api_working_copy", "DELETE", f"working-copies/{OTHER}/", "not_found"),
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
    Row("api_draft", "GET", "drafts/1/", 200),
    Row("api_draft", "GET", "drafts/current/", 200),
    Row("api_file", "GET", "drafts/1/files/a.md", 200),
    Row("api_compare", "GET", "compare/?base=1&target=2", 200),
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
    Row("api_policy", "GET", "policy/", 200),
    Row("api_policy", "PUT", "policy/", 200, OWNERS, ("open", "frozen"), {"open_tasks": "block"}),
    Row("api_releases", "GET", "releases/", 200),
    Row("api_releases", "POST", "releases/", 201, WRITERS, OPEN, {"name": "1.0.0", "version": 2}),
    Row("api_one_release", "GET", RELEASE, 200),
    Row("api_challenge", "GET", RELEASE + "challenge/", 200),
    Row("api_signatures", "POST", RELEASE + "signatures/", "reauthentication_failed", REVIEWERS, IN_REVIEW, SIGNATURE),
    Row(
        "api_signatures",
        "POST",
        RELEASE + "signatures/",
        "reauthentication_failed",
        WRITERS,
        IN_REVIEW,
        {**SIGNATURE, "meaning": "authored"},
    ),
    Row("api_bundle", "GET", RELEASE + "bundle/", 200, (*REVIEWERS, "auditor")),
    Row("api_reject", "POST", RELEASE + "reject/", "conflict", REVIEWERS, IN_REVIEW, {"reason": "Not yet"}),
    Row("api_withdraw", "POST", RELEASE + "withdraw/", "conflict", WRITERS, IN_REVIEW, {"reason": "A mistake"}),
)

# Outside of projects: what anybody signed in is told, and what anonymous requests are.
ELSEWHERE = (
    ("api_tokens", "GET", "auth/tokens/", 200, "not_authenticated"),
    ("api_tokens", "POST", "auth/tokens/", "validation_failed", "validation_failed"),
    ("api_token", "DELETE", f"auth/tokens/{OTHER}/", "not_found", "not_authenticated"),
    ("api_me", "GET", "me/", 200, "not_authenticated"),
    ("api_users", "GET", "users/", 200, "not_authenticated"),
    ("api_projects", "GET", "projects/", 200, "not_authenticated"),
    ("api_projects", "POST", "projects/", "validation_failed", "not_authenticated"),
    ("api_inbox", "GET", "inbox/", 200, "not_authenticated"),
    ("api_inbox_count", "GET", "inbox/count/", 200, "not_authenticated"),
    ("api_inbox_read_all", "POST", "inbox/read/", 200, "not_authenticated"),
    ("api_inbox_read", "POST", f"inbox/{OTHER}/read/", "not_found", "not_authenticated"),
    ("api_schema", "GET", "/api/schema/", 200, "not_authenticated"),
    # A page for browsers: without a cookie it leads to the sign-in form.
    ("api_docs", "GET", "/api/docs/", 302, 302),
)
