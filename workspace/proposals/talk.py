"""The threads on a proposal: those on lines are under them, the others beside the comparison."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, When
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.comments.models import Comment, CommentState, Side
from projects.access import Access
from projects.models import Member, Status
from projects.permissions import allowed
from proposals.discussion import bodies, threads_query
from proposals.models import Proposal, Round
from workspace.attachments.block import AttachmentRow, rows_of_comments
from workspace.editor.discussion import MAX_THREADS, ThreadView, Withdrawing, comment_ids
from workspace.proposals.comparing import CURRENT, LEFT, Against
from workspace.proposals.deciding import Review

# More are not mentioned by a reminder.
MAX_REMINDED: Final = 20


@dataclass(slots=True)
class FieldTalk:
    """The open threads of one field by the line they begin on, of the old and of the new side."""

    old: defaultdict[int, list[ThreadView]] = field(default_factory=lambda: defaultdict(list))
    new: defaultdict[int, list[ThreadView]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said of a round: `fields` by line; `general` open and without a line there; `settled` the others.

    `files` are those on comments, by the comment's id.
    """

    fields: dict[str, FieldTalk]
    general: list[ThreadView]
    settled: list[ThreadView]
    left: str
    may_write: bool
    files: dict[UUID, list[AttachmentRow]]
    is_cut: bool = False

    @property
    def open(self) -> int:
        lines = [threads for each in self.fields.values() for threads in (*each.old.values(), *each.new.values())]
        return len(self.general) + sum(map(len, lines))

    @property
    def places(self) -> str:
        """What is shown where, as JSON by field and `side:line`: an open page fetches what differs from before."""
        return json.dumps(
            {
                name: {f"old:{line}": self._digest(threads) for line, threads in each.old.items()}
                | {f"new:{line}": self._digest(threads) for line, threads in each.new.items()}
                for name, each in self.fields.items()
            }
        )

    def _digest(self, threads: list[ThreadView]) -> str:
        """What differs when the threads are to be shown again."""
        parts = [f"{thread.body['id']}{len(thread.replies)}{thread.count}" for thread in threads]
        ids = comment_ids(thread.body for thread in threads)
        parts += [f"{row.attachment.id}{row.preview}" for comment in ids for row in self.files.get(comment, [])]
        return ",".join(parts)


def talk_of(
    proposal: Proposal, round_: Round, against: Against, access: Access, user: User, *, only: str | None = None
) -> Talk:
    """The threads as they are on a round, or only those of one field; withdrawn ones only among the settled.

    Of very many the newest are shown (`is_cut`), those that are open before the others.
    """
    left = LEFT.get(against.name, "")
    may_write = allowed("comment.write", role=access.role, status=Status(access.project.status))
    withdrawing = Withdrawing(access, user, may_write)
    threads, is_cut = _newest(proposal, round_, only)
    found = bodies(proposal, threads, number=round_.number, left=against.name if left else CURRENT)
    fields: defaultdict[str, FieldTalk] = defaultdict(FieldTalk)
    general, settled = [], []
    for body in reversed(found):
        thread = withdrawing.thread(body)
        is_left = body["side"] != Side.AFTER
        if body["state"] != CommentState.OPEN:
            settled.append(thread)
        elif thread.line is None or (is_left and not left):
            general.append(thread)
        else:
            side = fields[body["field"]].old if is_left else fields[body["field"]].new
            side[thread.line].append(thread)
    files = rows_of_comments(access, user, comment_ids(found))
    return Talk(dict(fields), general, settled, left, may_write, files, is_cut)


def _newest(proposal: Proposal, round_: Round, only: str | None) -> tuple[list[Comment], bool]:
    """The threads that are shown, newest first, and whether there are more."""
    is_open = Case(When(state=CommentState.OPEN, then=0), default=1)
    threads = threads_query(proposal, number=round_.number, field=only)
    found = list(threads.order_by(is_open, "-id")[: MAX_THREADS + 1])
    shown = sorted(found[:MAX_THREADS], key=lambda thread: thread.id, reverse=True)
    return shown, len(found) > MAX_THREADS


def members_to_mention(project_id: UUID) -> list[User]:
    """The members, by name."""
    members = Member.objects.filter(project=project_id, user__is_active=True).select_related("user")
    return [member.user for member in members.order_by("user__display_name")]


def composer_context(shown: Proposal, round_: Round) -> dict[str, Any]:
    """What the form beside the comparison needs."""
    return {"proposal": shown, "round": round_, "assignees": members_to_mention(shown.project_id)}


def reminder(review: Review) -> str:
    """A comment that asks those who can approve the round and have not; its writer sends it, or changes it before."""
    people = User.objects.filter(pk__in=review.silent).order_by("display_name")[:MAX_REMINDED]
    names = " ".join(f"@{person.username}" for person in people)
    return f"{names} {_('Please review round {n}.').format(n=review.round.number)}"
