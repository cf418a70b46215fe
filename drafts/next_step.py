"""What a person's next undo and redo would do, for those who ask before they do it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.models import User
from drafts.models import Draft, DraftKind
from drafts.undo import Blocked, Plan, VersionEntry, plan_redo, plan_undo


@dataclass(frozen=True, slots=True)
class NextStep:
    """An undo or redo of v`source`: `fields` would go back to what they are in v`content_of` (0: to nothing).

    `blocked` are the fields that would stay as they are: `{field, version, author}` says who changed each since, and
    in which version.
    """

    kind: DraftKind
    source: int
    content_of: int
    fields: tuple[str, ...]
    blocked: list[dict[str, Any]]


def next_undo(*, project_id: UUID, user: User) -> NextStep | None:
    """What `undo_draft` would do for this person now; None where they have nothing to undo."""
    return _next(DraftKind.UNDO, plan_undo(version_entries(project_id), user.id))


def next_redo(*, project_id: UUID, user: User) -> NextStep | None:
    """What `redo_draft` would do for this person now; None where they have nothing to redo."""
    return _next(DraftKind.REDO, plan_redo(version_entries(project_id), user.id))


def version_entries(project_id: UUID) -> list[VersionEntry]:
    """Every version of a project as the replay needs it, oldest first. One query."""
    rows = Draft.objects.filter(project_id=project_id).order_by("version_number")
    columns = rows.values_list("version_number", "author_id", "kind", "source_version", "changed_fields", "renamed")
    return [
        VersionEntry(version, author, kind, source, tuple(fields), tuple((renamed or {}).items()))
        for version, author, kind, source, fields, renamed in columns
    ]


def blocked_by(blocked: Iterable[Blocked]) -> list[dict[str, Any]]:
    """Who changed which field since, and in which version."""
    blocked = list(blocked)
    known = {user.id: user.person() for user in User.objects.filter(pk__in={each.author for each in blocked})}
    return [{"field": each.field, "version": each.version, "author": known[each.author]} for each in blocked]


def _next(kind: DraftKind, plan: Plan | None) -> NextStep | None:
    if plan is None:
        return None
    return NextStep(kind, plan.source, plan.content_of, plan.free, blocked_by(plan.blocked))
