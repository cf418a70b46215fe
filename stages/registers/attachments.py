"""Files on records: they stay with their entity, and are shown with the record that it is a part of."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from drafts.attachments.subjects import Subject
from kernel.errors import NotFound
from kernel.late import Late
from stages.registers.models import Life, Record

# Late, because it loads the library of shared documents.
_reader: Final = Late("stages.registers.reading.reader:Reader")


def _refuse(user: User, life: Any) -> None:
    found = _root(life.project_id, life.subject)
    if found is None or not found.alive:
        raise NotFound(_("There is no such record."))


def _together(project_id: UUID, entity: UUID) -> Collection[UUID]:
    found = _root(project_id, entity)
    return [UUID(each) for each in found.facts["members"]] if found else [entity]


def _root(project_id: UUID, entity: UUID) -> Record | None:
    """The record that an entity is a part of."""
    root = _reader(project_id).roots([str(entity)])[str(entity)]
    return Record.objects.filter(project_id=project_id, id=root).first()


RECORD: Final = Subject(
    # Everything that was ever done to an entity; merged ones are records no more.
    rows=lambda user: Life.objects.filter(kind="entity"),
    refuse=_refuse,
    key="subject",
    at_replicas=True,
    together=_together,
)
