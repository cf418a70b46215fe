"""The subjects of this app and of those below it: projects, versions, comments."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import User
from drafts.attachments.subjects import Subject
from drafts.comments.models import Comment, CommentState
from drafts.draft import Draft
from kernel.errors import Conflict, PermissionDenied
from projects.models import Project


def _refuse_foreign_comment(user: User, comment: Any) -> None:
    if comment.author_id != user.id:
        raise PermissionDenied(_("Only its author can attach a file to a comment. Reply with one of your own."))
    if comment.state == CommentState.WITHDRAWN:
        raise Conflict(_("The comment is withdrawn."))


# Whether the user sees the project is asked for before, in each case.
OWN_SUBJECTS: Final = {
    "project": Subject(rows=Project.objects.visible_to, project="pk"),
    "draft": Subject(rows=lambda user: Draft.objects.all()),
    "comment": Subject(rows=lambda user: Comment.objects.all(), refuse=_refuse_foreign_comment),
}
