"""A project as it was: what the pages of a version and of a moment show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _

from drafts.comments.anchors import lines_of
from drafts.comments.models import Comment
from drafts.comments.positions import fields_on, positions
from drafts.comments.reading import reply_body
from drafts.models import Draft
from drafts.moments.reading import Moment
from drafts.reading import texts_of
from locking.models import EndReason, Lease
from projects import field_names
from projects.fields import CONFIGURATION, FILES, PROMPT
from workspace.people import PersonView

# A browser slows down over more lines than this; the whole text is in REST and in the export.
MAX_LINES: Final = 5_000


@dataclass(frozen=True, slots=True)
class PastField:
    """One field of the list: whether it existed, and who held it then."""

    name: str
    exists: bool
    holder: PersonView | None
    since: datetime | None

    @property
    def is_absent_file(self) -> bool:
        """Whether there was no such file; prompt and configuration are merely empty before their first version."""
        return not self.exists and self.name.startswith(FILES)


@dataclass(frozen=True, slots=True)
class PastThread:
    """A thread that was open then. `field` is what its field was called.

    `line` is None where its text was gone, or it is on the whole field.
    """

    comment: Comment
    field: str
    line: int | None
    replies: list[dict[str, Any]]

    @property
    def is_gone(self) -> bool:
        return self.comment.from_line is not None and self.line is None


@dataclass(frozen=True, slots=True)
class PastLine:
    """One line of the text, and how many comments with their replies are on it."""

    number: int
    text: str
    comments: int


@dataclass(frozen=True, slots=True)
class LeaseView:
    """Who held a field from when to when, and how it ended (control c22)."""

    lease: Lease

    @property
    def how(self) -> str:
        """Why it ended; empty while it is open."""
        words = {
            EndReason.SAVED: _("saved"),
            EndReason.CANCELLED: _("stopped editing"),
            EndReason.DISCONNECTED: _("connection lost"),
            EndReason.EXPIRED: _("expired"),
            EndReason.HANDED_OVER: _("handed over"),
            EndReason.TAKEN_OVER: _("taken over"),
            EndReason.REVOKED: _("access lost"),
            EndReason.FROZEN: _("project closed"),
        }
        return words[EndReason(self.lease.end_reason)] if self.lease.end_reason else ""

    @property
    def is_momentary(self) -> bool:
        """A revert, undo, redo or import holds its fields for one instant."""
        return self.lease.ended_at == self.lease.started_at


def fields_at(moment: Moment) -> list[PastField]:
    """Every field that existed or was held then, in the usual order of fields."""
    known = moment.draft.fields if moment.draft else {}
    held = {lease.field: lease for lease in moment.leases}
    return [
        PastField(
            name,
            name in known,
            PersonView.of(held[name].user) if name in held else None,
            held[name].started_at if name in held else None,
        )
        for name in field_names.in_order({PROMPT, CONFIGURATION, *known, *held})
    ]


def threads_at(moment: Moment) -> list[PastThread]:
    """The threads that were open then, at the places of their texts."""
    if moment.draft is None:
        return []
    fields = fields_on(moment.comments, moment.draft)
    places = positions(moment.comments, moment.draft, fields)
    found = [
        PastThread(
            each,
            fields[each.id],
            place.from_line if place else None,
            [reply_body(one) for one in moment.replies.get(each.id, [])],
        )
        for each in moment.comments
        for place in [places.get(each.id)]
    ]
    order = {name: at for at, name in enumerate(field_names.in_order({each.field for each in found}))}
    return sorted(found, key=lambda each: (order[each.field], each.is_gone, each.line or 0))


def lines_at(draft: Draft | None, field: str, threads: list[PastThread]) -> tuple[list[PastLine], str]:
    """One field's first `MAX_LINES` lines, and the rest as one text."""
    text = texts_of([draft], field)[0] if draft else ""
    if not text:
        return [], ""
    counts: dict[int, int] = {}
    for thread in threads:
        if thread.field == field and thread.line:
            counts[thread.line] = counts.get(thread.line, 0) + 1 + len(thread.replies)
    lines = lines_of(text)
    shown = [PastLine(at, line, counts.get(at, 0)) for at, line in enumerate(lines[:MAX_LINES], 1)]
    return shown, "\n".join(lines[MAX_LINES:])
