"""What is still being talked about: open comments and tasks, which a policy lets warn or block."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

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
        """What the signers should know."""
        return [words for heed, words in self._said(rules) if heed == "warn"]

    def refuse(self, rules: Rules) -> None:
        """Raise `Conflict` where the policy says that an open point blocks the release."""
        blocking = [words for heed, words in self._said(rules) if heed == "block"]
        if blocking:
            raise Conflict(
                f"{' '.join(blocking)} The policy of this project wants that settled first.",
                open_comments=self.comments,
                open_tasks=self.tasks,
            )

    def _said(self, rules: Rules) -> list[tuple[str, str]]:
        counted = ((rules.open_comments, self.comments, "comment"), (rules.open_tasks, self.tasks, "task"))
        return [(heed, f"{_counted(count, noun)} open.") for heed, count, noun in counted if count]


def open_points(project_id: UUID) -> OpenPoints:
    """The open points of a project now."""
    return OpenPoints(
        comments=Comment.objects.threads(project_id).filter(state=CommentState.OPEN).count(),
        tasks=Task.objects.of_project(project_id).done(is_done=False).count(),
    )


def _counted(count: int, noun: str) -> str:
    return f"1 {noun} is" if count == 1 else f"{count} {noun}s are"
