"""Marking a field of a comparison as read. A private mark of the reader, and no record: it has no event."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller
from accounts.models import User
from drafts.models import Draft
from drafts.reading import get_draft
from drafts.readings.models import ReadMark
from kernel.errors import Conflict, ValidationFailed
from kernel.transactions import unavailable_on_timeout, write_transaction
from projects.access import get_project
from projects.fields import check_field_name

# Of one person in one project.
MAX_MARKS: Final = 20_000


def mark_read(
    *, caller: Caller, project_id: UUID, base: int, target: int, field: str, read: bool
) -> tuple[Draft | None, Draft]:
    """Mark a field that two versions differ in as read by the caller, or take the mark back; returns both versions.

    `base` 0 is the empty state before the first version. Raises `NotFound` for the project and the versions,
    `ValidationFailed` for a field that neither of them has, `Conflict` for more than 20,000 marks in one project.
    """
    with unavailable_on_timeout():
        get_project(user=caller.user, project_id=project_id)
        old = get_draft(project_id=project_id, version=base) if base else None
        new = get_draft(project_id=project_id, version=target)
        name = check_field_name(field)
        texts = _texts(old, new, name)
        if texts == ("", ""):
            raise ValidationFailed({"field": [_("Neither version has this field.")]})
        mark = {"project_id": project_id, "user": caller.user, "field": name, "old": texts[0], "new": texts[1]}
        with write_transaction():
            marks = ReadMark.objects.filter(user=caller.user, project_id=project_id)
            if not read:
                marks.filter(field=name, old=texts[0], new=texts[1]).delete()
            elif marks.count() >= MAX_MARKS:
                raise Conflict(_("You have marked {most} fields of this project as read.").format(most=MAX_MARKS))
            else:
                ReadMark.objects.bulk_create([ReadMark(**mark, read_at=Now())], ignore_conflicts=True)
    return old, new


def read_fields(*, user: User, base: Draft | None, target: Draft) -> set[str]:
    """The names of the fields whose difference between two versions this person has marked as read. One query."""
    marks = ReadMark.objects.filter(user=user, project_id=target.project_id).values_list("field", "old", "new")
    names = {*target.fields, *(base.fields if base else ())}
    wanted = {name: _texts(base, target, name) for name in names}
    found = marks.filter(new__in={new for _old, new in wanted.values()})
    return {field for field, old, new in found if wanted.get(field) == (old, new)}


def _texts(base: Draft | None, target: Draft, field: str) -> tuple[str, str]:
    """The hashes of both texts; empty where a version does not have the field."""
    return (base.sha256_of(field) or "") if base else "", target.sha256_of(field) or ""
