"""Whom a comment concerns: those it names, and those who have spoken in its thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Lower

from drafts.comments.models import Comment
from drafts.comments.places import rounds
from drafts.events import ANSWERED, COMMENTED, MENTIONED
from projects.models import Member
from projects.writing import ProjectWrite

# `@` and a user name (accounts.models.USERNAME_PATTERN), not inside a word: an e-mail address mentions nobody.
_MENTION: Final = re.compile(r"(?<![A-Za-z0-9@._+/-])@([A-Za-z0-9][A-Za-z0-9._+-]*)")


def notify_readers(write: ProjectWrite, comment: Comment, facts: dict[str, Any], seq: int) -> None:
    """Put a new comment into the inboxes of those it mentions, of those whose thread it answers, and of those whose
    proposal it is on: one line for each.
    """
    notified = mentioned_in(comment.text, project_id=write.project.id)
    write.notify(MENTIONED, notified, facts, seq)
    thread = comment
    if comment.thread_id is not None:
        thread = Comment.objects.get(pk=comment.thread_id)
        comments = Comment.objects.filter(Q(pk=comment.thread_id) | Q(thread=comment.thread_id))
        answered = set(comments.values_list("author_id", flat=True)) - notified
        write.notify(ANSWERED, answered, facts, seq)
        notified |= answered
    if thread.round_id is not None:
        write.notify(COMMENTED, rounds().people(thread) - notified, facts, seq)


def mentioned_in(text: str, *, project_id: UUID) -> set[UUID]:
    """The members of the project whom a text names by `@username`. Other names stay words: nobody learns of them."""
    names = {name.lower() for name in _names(text)}
    if not names:
        return set()
    members = Member.objects.filter(project=project_id, user__is_active=True)
    found = members.annotate(name=Lower("user__username")).filter(name__in=names)
    return set(found.values_list("user_id", flat=True))


def _names(text: str) -> Iterator[str]:
    """Each name as it stands there, and without the full stop or dash that ends a sentence rather than a name."""
    for found in _MENTION.finditer(text):
        yield found[1]
        yield found[1].rstrip("._+-")
