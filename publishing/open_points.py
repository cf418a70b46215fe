"""Open comments and tasks, which warn or block as the policy says."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from drafts.comments.models import Comment, CommentState
from drafts.tasks.models import Task
from kernel.errors import Conflict
from publishing.policies import Rules


@dataclass(frozen=True, slots=True)
class OpenPoints:
    """How many comments and tasks of a project are open now."""

    comments: int
    tasks: int

    def warnings(self, rules: Rules) -> list[str]:
        """The warnings for signers."""
        return [words for enforcement, words in self._points(rules) if enforcement == "warn"]

    def refuse(self, rules: Rules) -> None:
        """Raise `Conflict` if an open point blocks the release according to the policy."""
        blocking = [words for enforcement, words in self._points(rules) if enforcement == "block"]
        if blocking:
            raise Conflict(
                " ".join([*blocking, _("The policy of this project requires them to be settled first.")]),
                open_comments=self.comments,
                open_tasks=self.tasks,
            )

    def _points(self, rules: Rules) -> list[tuple[str, str]]:
        comments = ngettext("{n} comment is open.", "{n} comments are open.", self.comments).format(n=self.comments)
        tasks = ngettext("{n} task is open.", "{n} tasks are open.", self.tasks).format(n=self.tasks)
        counted = ((rules.open_comments, self.comments, comments), (rules.open_tasks, self.tasks, tasks))
        return [(enforcement, words) for enforcement, count, words in counted if count]


def open_points(project_id: UUID) -> OpenPoints:
    """The open points of a project now."""
    return OpenPoints(
        comments=Comment.objects.threads(project_id).filter(state=CommentState.OPEN).count(),
        tasks=Task.objects.of_project(project_id).done(is_done=False).count(),
    )
