"""What members may do with the versions, comments, tasks and attachments of a project."""

from __future__ import annotations

from typing import Final

from projects.models import Role, Status
from projects.permissions import ALWAYS, NOT_ARCHIVED, OPEN, Permission

# In a replica, on what its subject says (`drafts.attachments.subjects`).
_FILES: Final = NOT_ARCHIVED | {Status.REPLICA}

PERMISSIONS: Final = (
    Permission("draft.save", Role.EDITOR, OPEN),
    Permission("draft.revert", Role.EDITOR, OPEN),
    Permission("draft.undo", Role.EDITOR, OPEN),
    Permission("draft.import", Role.EDITOR, OPEN),
    Permission("comment.write", Role.REVIEWER, NOT_ARCHIVED),
    Permission("comment.withdraw_others", Role.OWNER, NOT_ARCHIVED),
    Permission("task.write", Role.REVIEWER, NOT_ARCHIVED),
    Permission("attachment.add", Role.REVIEWER, _FILES),
    # One's own.
    Permission("attachment.remove", Role.REVIEWER, _FILES),
    Permission("attachment.remove_others", Role.OWNER, _FILES),
    Permission("attachment.read_removed", Role.OWNER, ALWAYS),
)
