"""Rows of the permission matrix: the pages."""

from __future__ import annotations

from tests.matrix import ALWAYS, CLOSED, IN_REVIEW, NOT_ARCHIVED, OPEN, OTHER, OWNERS, REVIEWERS, WRITERS, Row, SiteRow

ROLE = {"role": "editor", "reason": "Grows"}
REMARK = {"version": "1", "field": "prompt_text", "text": "Why?"}
READ = {"base": "1", "target": "2", "field": "prompt_text", "read": "yes"}
COMMENT = "comments/{comment}/"
RELEASE = "releases/{release}/"
# The first one of a project, which its owner opened.
PROPOSAL = "proposals/1/"
ROUND_REMARK = {"round": "1", "field": "prompt_text", "text": "Why?"}
SETTLED = {"target": "prompt_text", "how": "mine"}
# Without a proof: those who may sign are told what is missing.
SIGNATURE = {"meaning": "approved", "username": "nobody"}
TALK = (REVIEWERS, NOT_ARCHIVED)
WRITE = (WRITERS, OPEN)
WRITE_IN_REVIEW = (WRITERS, IN_REVIEW)
REASON = {"reason": "Needed"}
POLICY = {"people_approved": "1", "distinct_people": "1", "open_comments": "warn", "open_tasks": "block"}
PROPOSAL_POLICY = {"approvals": "1", "open_comments": "warn", "days": "0"}
SETTINGS = {"name": "Renamed", "description": "", "access": "private"}
PAGES = (
    Row("workspace:workspace", "GET", "", 200),
    Row("workspace:fields", "GET", "fields/", 200),
    Row("workspace:project_palette", "GET", "palette/?q=one&page=workspace&field=prompt_text", 200),
    Row("workspace:text", "GET", "text/?field=prompt_text&version=1", 200),
    Row("workspace:kept", "GET", "kept/", 200),
    Row("workspace:marks", "GET", "marks/", 200),
    Row("workspace:places", "GET", "places/", 200),
    Row("workspace:discard", "POST", f"kept/{OTHER}/discard/", "not_found"),
    # One's own proposals only.
    Row("workspace:proposal_switch", "GET", "staged/", 200),
    Row("workspace:staged", "GET", f"staged/{OTHER}/", "not_found"),
    Row("workspace:staged_text", "GET", f"staged/{OTHER}/text/?field=prompt_text", "not_found"),
    Row("workspace:unsent", "GET", "unsent/", 200),
    # Kept only for whom the page was made, whatever their role.
    Row(
        "workspace:unsent",
        "POST",
        "unsent/",
        "permission_denied",
        body={"person": str(OTHER), "place": "comment", "text": "x"},
    ),
    Row("workspace:history", "GET", "history/", 200),
    Row("workspace:versions_apart", "GET", "history/distance/?pick=1&pick=2", 200),
    Row("workspace:history_panel", "GET", "history/panel/", 200),
    Row("workspace:comments", "GET", "comments/", 200),
    Row("workspace:comments", "POST", "comments/", 302, *TALK, REMARK),
    Row("workspace:reply_to_comment", "POST", COMMENT + "reply/", 302, *TALK, {"text": "So."}),
    Row("workspace:resolve_comment", "POST", COMMENT + "resolve/", 302, *TALK),
    Row("workspace:reopen_comment", "POST", COMMENT + "reopen/", "project_frozen", *TALK),
    Row("workspace:withdraw_comment", "GET", COMMENT + "withdraw/", 200),
    Row(
        "workspace:withdraw_comment", "POST", COMMENT + "withdraw/", 302, OWNERS, NOT_ARCHIVED, {"reason": "Off topic"}
    ),
    Row("workspace:attachments", "GET", f"attachments/?subject=draft:{OTHER}", "not_found"),
    Row("workspace:attachments_panel", "GET", "attachments/panel/", 200),
    Row("workspace:remove_attachment", "GET", "attachments/{previewed}/remove/", 200),
    Row("workspace:remove_attachment", "POST", "attachments/{previewed}/remove/", 302, OWNERS, NOT_ARCHIVED, REASON),
    Row("workspace:tasks", "GET", "tasks/", 200),
    Row("workspace:tasks", "POST", "tasks/", 302, *TALK, {"text": "Sign"}),
    Row("workspace:change_task", "POST", "tasks/{task}/", 302, *TALK, {"done": "yes"}),
    Row("workspace:compare", "GET", "compare/?base=1&target=2", 200),
    Row("workspace:compare_fold", "GET", "compare/fold/?base=1&field=prompt_text&old=1&new=1&count=1", 200),
    Row("workspace:compare_read", "POST", "compare/read/", 302, body=READ),
    Row("workspace:compare_comments", "GET", "compare/comments/?target=2&field=prompt_text&line=1", 200),
    Row("workspace:compare_comments", "POST", "compare/comments/", 200, *TALK, {"target": "2", **REMARK}),
    Row("workspace:version", "GET", "versions/1/?show=changes", 200),
    Row("workspace:moment", "GET", "at/?at=2026-11-18T16:20", 200),
    Row("workspace:search", "GET", "search/?q=one", 200),
    Row("workspace:revert", "GET", "versions/1/revert/", 200, *WRITE),
    Row("workspace:revert", "POST", "versions/1/revert/", 302, *WRITE, {"reason": "Better before"}),
    Row("workspace:undo", "GET", "history/undo/", 200, *WRITE),
    Row("workspace:undo", "POST", "history/undo/", "project_frozen", *WRITE),
    Row("workspace:redo", "GET", "history/redo/", 200, *WRITE),
    Row("workspace:redo", "POST", "history/redo/", "project_frozen", *WRITE),
    Row("workspace:activity", "GET", "activity/?kind=everything&field=prompt_text", 200),
    Row("workspace:activity_panel", "GET", "activity/panel/", 200),
    Row("workspace:audit", "GET", "audit/", 302, ("auditor",)),
    Row("workspace:releases", "GET", "releases/", 200),
    Row("workspace:submit_release", "GET", "releases/new/", 200, *WRITE),
    Row("workspace:submit_release", "POST", "releases/new/", 302, *WRITE, {"name": "1.0.0", "version": "2"}),
    Row("workspace:policy", "GET", "releases/policy/", 200),
    Row("workspace:policy", "POST", "releases/policy/", 302, OWNERS, ("open", "frozen"), POLICY),
    Row("workspace:release", "GET", RELEASE, 200),
    Row("workspace:release", "POST", RELEASE, 400, REVIEWERS, IN_REVIEW, SIGNATURE),
    Row("workspace:release_passkey", "GET", RELEASE + "passkey/", 200),
    Row("workspace:release_notes", "GET", RELEASE + "notes/", 200, *WRITE_IN_REVIEW),
    Row(
        "workspace:release_notes", "POST", RELEASE + "notes/", "project_frozen", *WRITE_IN_REVIEW, {"notes": "Clearer"}
    ),
    Row("workspace:reject_release", "GET", RELEASE + "reject/", 200, REVIEWERS, IN_REVIEW),
    Row("workspace:reject_release", "POST", RELEASE + "reject/", "project_frozen", REVIEWERS, IN_REVIEW, REASON),
    Row("workspace:withdraw_release", "GET", RELEASE + "withdraw/", 200, *WRITE_IN_REVIEW),
    Row("workspace:withdraw_release", "POST", RELEASE + "withdraw/", "project_frozen", *WRITE_IN_REVIEW, REASON),
    Row("workspace:reopen", "GET", "reopen/", 200, OWNERS, CLOSED),
    Row("workspace:reopen", "POST", "reopen/", 302, OWNERS, CLOSED, REASON),
    Row("workspace:proposals", "GET", "proposals/", 200),
    Row("workspace:proposals", "POST", "proposals/", 302, *TALK, {"title": "Brief answers"}),
    Row("workspace:proposal", "GET", PROPOSAL, 200),
    Row("workspace:proposal_fold", "GET", PROPOSAL + "fold/?field=prompt_text&old=1&new=1&count=1", 200),
    Row("workspace:proposal_comments", "GET", PROPOSAL + "comments/?round=1&field=prompt_text&line=1", 200),
    Row("workspace:proposal_comments", "POST", PROPOSAL + "comments/", 302, *TALK, ROUND_REMARK),
    Row("workspace:vote_on_proposal", "GET", PROPOSAL + "vote/", 200, *TALK),
    Row("workspace:vote_on_proposal", "POST", PROPOSAL + "vote/", 302, *TALK, {"round": "1", "verdict": "approve"}),
    Row("workspace:accept_proposal", "GET", PROPOSAL + "accept/", 200, OWNERS, NOT_ARCHIVED),
    Row("workspace:accept_proposal", "POST", PROPOSAL + "accept/", 302, *WRITE, {"round": "1"}),
    Row("workspace:reject_proposal", "GET", PROPOSAL + "reject/", 200, WRITERS, NOT_ARCHIVED),
    Row("workspace:reject_proposal", "POST", PROPOSAL + "reject/", 302, WRITERS, NOT_ARCHIVED, REASON),
    Row("workspace:withdraw_proposal", "GET", PROPOSAL + "withdraw/", 200, OWNERS, NOT_ARCHIVED),
    Row("workspace:withdraw_proposal", "POST", PROPOSAL + "withdraw/", 302, OWNERS, NOT_ARCHIVED, REASON),
    Row("workspace:submit_proposal", "POST", PROPOSAL + "submit/", 302, OWNERS, NOT_ARCHIVED),
    Row("workspace:resolve_proposal", "POST", PROPOSAL + "resolve/", 302, OWNERS, NOT_ARCHIVED, SETTLED),
    Row("workspace:copy_proposal", "POST", PROPOSAL + "copy/", 302, *TALK),
    Row("workspace:settings", "GET", "settings/", 200),
    Row("workspace:settings", "POST", "settings/", 302, OWNERS, NOT_ARCHIVED, SETTINGS),
    Row("workspace:proposal_policy", "POST", "settings/proposals/", 302, OWNERS, ("open", "frozen"), PROPOSAL_POLICY),
    Row("workspace:archive_project", "GET", "settings/archive/", 200, OWNERS, ("open", "frozen")),
    Row("workspace:archive_project", "POST", "settings/archive/", 302, OWNERS, ("open", "frozen")),
    Row("workspace:members", "GET", "members/", 200),
    Row("workspace:members", "POST", "members/", 302, OWNERS, ALWAYS, {"username": "{stranger}", "role": "viewer"}),
    Row("workspace:people", "GET", "members/people/?username=stranger", 200, OWNERS),
    Row("workspace:change_role", "POST", "members/{viewer}/role/", 302, OWNERS, ALWAYS, ROLE),
    Row("workspace:remove_member", "POST", "members/{viewer}/remove/", 302, OWNERS, ALWAYS, {"reason": "Left"}),
)
# What a GET and a POST are answered for an administrator; for everybody else the pages do not exist.
ACCOUNT_PAGES: tuple[tuple[str, str, tuple[int | str, ...]], ...] = (
    ("accounts", "", (200,)),
    ("account_options", "options/?successor=str", (200,)),
    # Whoever has not proved themselves lately is sent to do so; a form with a password is refused until then.
    ("new_account", "new/", (302, "permission_denied")),
    ("person", f"{OTHER}/", ("not_found",)),
    ("change_account", f"{OTHER}/change/", ("not_found", "not_found")),
    ("close_account", f"{OTHER}/close/", ("not_found", "not_found")),
    ("reopen_account", f"{OTHER}/reopen/", ("not_found", "not_found")),
)
SITE_PAGES = (
    SiteRow("workspace:home", "GET", "/", 302, 302),
    SiteRow("workspace:projects", "GET", "/projects/", 200),
    SiteRow("workspace:projects", "POST", "/projects/", 400),
    SiteRow("workspace:inbox", "GET", "/inbox/", 200),
    SiteRow("workspace:inbox_count", "GET", "/inbox/count/", 200),
    SiteRow("workspace:read_inbox", "POST", "/inbox/read/", 302),
    SiteRow("workspace:open_notification", "GET", f"/inbox/{OTHER}/", "not_found"),
    *(
        SiteRow(f"workspace:{name}", method, f"/people/{path}", answer, may=("administrator",))
        for name, path, answers in ACCOUNT_PAGES
        for method, answer in zip(("GET", "POST"), answers, strict=False)
    ),
    SiteRow("workspace:guide", "GET", "/help/", 200),
    SiteRow("workspace:palette", "GET", "/palette/?q=one", 200),
    SiteRow("workspace:switch_shortcuts", "POST", "/account/shortcuts/", 302),
    SiteRow("workspace:account", "GET", "/account/", 200),
    SiteRow("workspace:account", "POST", "/account/", 302),
    SiteRow("workspace:choose_mails", "POST", "/account/mails/", 302),
    SiteRow("workspace:end_session", "POST", "/account/sessions/0/end/", 302),
    SiteRow("workspace:end_other_sessions", "POST", "/account/sessions/end-others/", 302),
    SiteRow("workspace:revoke_token", "POST", f"/account/tokens/{OTHER}/revoke/", 302),
)
# Every address that answers a GET with a page or a part of one; `…` stands for the project's.
BUDGETED_PAGES = {
    "workspace:projects": "/projects/",
    "workspace:palette": "/palette/?q=o",
    "workspace:inbox": "/inbox/",
    "workspace:inbox_count": "/inbox/count/",
    "workspace:account": "/account/",
    "workspace:guide": "/help/",
    "workspace:workspace": "…",
    "workspace:project_palette": "…palette/?q=o&page=workspace",
    "workspace:fields": "…fields/",
    "workspace:text": "…text/?field=prompt_text&version=1",
    "workspace:kept": "…kept/",
    "workspace:marks": "…marks/",
    "workspace:places": "…places/",
    "workspace:proposal_switch": "…staged/",
    "workspace:unsent": "…unsent/",
    "workspace:history": "…history/",
    "workspace:versions_apart": "…history/distance/?pick=1&pick=2",
    "workspace:history_panel": "…history/panel/",
    "workspace:comments": "…comments/?closed",
    "workspace:withdraw_comment": "…comments/{comment}/withdraw/",
    "workspace:attachments": "…attachments/?subject=project:{project}",
    "workspace:attachments_panel": "…attachments/panel/",
    "workspace:remove_attachment": "…attachments/{previewed}/remove/",
    "workspace:tasks": "…tasks/",
    "workspace:compare": "…compare/?base=1&target=2",
    "workspace:compare_comments": "…compare/comments/?target=2&field=prompt_text&line=1",
    "workspace:compare_fold": "…compare/fold/?base=1&field=prompt_text&old=1&new=1&count=1",
    "workspace:settings": "…settings/",
    "workspace:archive_project": "…settings/archive/",
    "workspace:activity": "…activity/?kind=everything",
    "workspace:activity_panel": "…activity/panel/",
    "workspace:members": "…members/",
    "workspace:people": "…members/people/?username=user",
    "workspace:version": "…versions/2/?show=changes",
    "workspace:revert": "…versions/1/revert/",
    "workspace:moment": "…at/?at=2999-01-01T00:00Z",
    "workspace:undo": "…history/undo/",
    "workspace:redo": "…history/redo/",
    "workspace:search": "…search/?q=line",
    "workspace:releases": "…releases/",
    "workspace:submit_release": "…releases/new/",
    "workspace:policy": "…releases/policy/",
    "workspace:release": "…releases/{release}/",
    "workspace:release_notes": "…releases/{release}/notes/",
    "workspace:reject_release": "…releases/{release}/reject/",
    "workspace:withdraw_release": "…releases/{release}/withdraw/",
    "workspace:reopen": "…reopen/",
    "workspace:proposals": "…proposals/",
    "workspace:proposal": "…proposals/1/",
    "workspace:proposal_fold": "…proposals/1/fold/?field=prompt_text&old=1&new=1&count=1",
    "workspace:proposal_comments": "…proposals/1/comments/?round=1&field=prompt_text&line=1&form=1",
    "workspace:vote_on_proposal": "…proposals/1/vote/",
    "workspace:accept_proposal": "…proposals/1/accept/",
    "workspace:reject_proposal": "…proposals/1/reject/",
    "workspace:withdraw_proposal": "…proposals/1/withdraw/",
}
# What only acts, or leads elsewhere.
NO_PAGES = {
    # Of one's own proposal: its test counts the queries.
    "workspace:staged",
    "workspace:staged_text",
    "workspace:compare_read",
    "workspace:home",
    "workspace:audit",
    "workspace:discard",
    "workspace:reply_to_comment",
    "workspace:resolve_comment",
    "workspace:reopen_comment",
    "workspace:change_task",
    "workspace:change_role",
    "workspace:remove_member",
    "workspace:read_inbox",
    "workspace:open_notification",
    "workspace:choose_mails",
    "workspace:switch_shortcuts",
    "workspace:end_session",
    "workspace:end_other_sessions",
    "workspace:revoke_token",
    "workspace:release_passkey",
    "workspace:submit_proposal",
    "workspace:resolve_proposal",
    "workspace:copy_proposal",
    "workspace:proposal_policy",
    # For administrators only: their test counts the queries (`test_people.py`).
    "workspace:accounts",
    "workspace:account_options",
    "workspace:new_account",
    "workspace:person",
    "workspace:change_account",
    "workspace:close_account",
    "workspace:reopen_account",
}
