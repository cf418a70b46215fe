"""Every page, by its name: what is checked on all of them stands in a test over this list."""

from __future__ import annotations

from typing import Final

# In a project; one name may have several addresses that look different.
OF_A_PROJECT: Final = {
    "workspace": ("", "?field=model_configuration", "?panel=history", "?panel=tasks"),
    "history": ("history/?pick=9&pick=12", "history/?author=nobody"),
    "compare": ("compare/?base=9&target=12&view=split", "compare/?base=9&target=12&view=unified"),
    "version": ("versions/9/", "versions/9/?show=changes", "versions/9/?field=files/topology.yaml"),
    "moment": ("at/?at=2999-01-01T00:00Z", "at/?at=2001-01-01T00:00Z"),
    "search": ("search/?q=dose", "search/?q=nothing-like-it", "search/"),
    "releases": ("releases/",),
    "policy": ("releases/policy/",),
    "submit_release": ("releases/new/",),
    "proposals": ("proposals/", "proposals/?state=expired", "proposals/?new=1"),
    "members": ("members/",),
    "settings": ("settings/",),
    "activity": ("activity/", "activity/?kind=releases"),
}
# For whoever is signed in.
ELSEWHERE: Final = {
    "projects": ("/projects/", "/projects/?q=nothing-like-it", "/projects/?new=1"),
    "inbox": ("/inbox/", "/inbox/?before=00000000-0000-0000-0000-000000000000"),
    "account": ("/account/",),
    "guide": ("/help/",),
    "account_set_password": ("/accounts/password/set/",),
    "account_logout": ("/accounts/logout/",),
    "nothing": ("/no/such/page",),
}
BEFORE_SIGN_IN: Final = {"account_login": ("/accounts/login/",)}

# Names of the workspace that are no pages of their own: parts that the script asks for, dialogs, and acts.
NO_PAGES: Final = {
    *(
        "home",
        "palette",
        "project_palette",
        "fields",
        "text",
        "kept",
        "marks",
        "places",
        "discard",
        "unsent",
        "proposal_switch",
        "staged",
        "staged_text",
        "history_panel",
        "activity_panel",
    ),
    # Looked at in their own tests (`test_attachments.py`).
    *("attachments", "attachments_panel", "remove_attachment"),
    *("comments", "reply_to_comment", "resolve_comment", "reopen_comment", "withdraw_comment", "tasks", "change_task"),
    *("compare_fold", "people", "change_role", "remove_member", "revert", "undo", "redo"),
    *("inbox_count", "read_inbox", "open_notification", "switch_shortcuts", "choose_mails", "end_session"),
    *("end_other_sessions", "revoke_token", "release_passkey", "reject_release", "withdraw_release", "reopen"),
    *("release_notes", "versions_apart", "compare_read", "compare_comments"),
    "archive_project",
    "proposal_policy",
    # For administrators, looked at in a test of their own (`test_people.py`).
    *("accounts", "account_options", "new_account", "person", "change_account", "close_account", "reopen_account"),
    # Leads to the audit viewer, which has a test of its own.
    "audit",
    # Looked at in its own walk (`test_releases.py`): it needs a release.
    *("release", "bundle", "release_bundle"),
    # As above (`test_reviewing_proposals.py`): they need a proposal.
    *("proposal", "proposal_fold", "proposal_comments", "vote_on_proposal", "accept_proposal", "reject_proposal"),
    *("withdraw_proposal", "submit_proposal", "resolve_proposal", "copy_proposal"),
}


def project_paths() -> list[str]:
    return [path for paths in OF_A_PROJECT.values() for path in paths]


def other_paths() -> list[str]:
    return [path for paths in ELSEWHERE.values() for path in paths]
