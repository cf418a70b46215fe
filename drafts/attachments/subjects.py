"""What files can hang on. Apps register their own in `ready()`:

SUBJECTS.register("proposal", Subject(rows=Proposal.objects.visible_to, refuse=refuse_private))
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.errors import NotFound, ProjectFrozen, ValidationFailed
from kernel.registry import Registry
from projects.homes import home_name
from projects.models import Project, Status


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of thing in a project that can have attachments.

    `rows` are those that a user sees in the projects that they may see; `project` is the lookup from a row to its
    project. `refuse` raises a `DomainError` if this user may not attach to this row, beyond the permission
    `attachment.add`. `key` is the column with the id that attachments name; `at_replicas` says that files also come and
    go in a project whose texts are at home elsewhere. `together(project, id)` are the ids whose files
    are shown with those of one, itself included.
    """

    rows: Callable[[User], QuerySet[Any]]
    project: str = "project"
    refuse: Callable[[User, Any], None] | None = None
    key: str = "pk"
    at_replicas: bool = False
    together: Callable[[UUID, UUID], Collection[UUID]] | None = None


SUBJECTS: Final = Registry[Subject]("subject of attachments")


def find_subject(*, user: User, project_id: UUID, subject_type: str, subject_id: UUID) -> Model:
    """A thing of the project that the user sees. Raises `ValidationFailed` for an unknown type, `NotFound`."""
    if subject_type not in SUBJECTS:
        words = _("Must be one of: {names}.").format(names=", ".join(SUBJECTS))
        raise ValidationFailed({"subject": [words]})
    subject = SUBJECTS[subject_type]
    # Two filters: of a project, both are its own id.
    row: Model | None = (
        subject.rows(user).filter(**{subject.key: subject_id}).filter(**{subject.project: project_id}).first()
    )
    if row is None:
        raise NotFound(_("There is nothing like this in the project to attach a file to."))
    return row


def ids_together(project_id: UUID, subject_type: str, subject_id: UUID) -> Collection[UUID]:
    """The ids whose files are shown with those of a subject, itself included."""
    together = SUBJECTS[subject_type].together
    return together(project_id, subject_id) if together else [subject_id]


def refuse_at_replica(subject_type: str, project: Project) -> None:
    """Raise `ProjectFrozen` in a replica, naming its home, unless the subject takes files there."""
    if project.status == Status.REPLICA and not SUBJECTS[subject_type].at_replicas:
        home = home_name(project.id)
        words = _("Files come and go only at {home}, where the project is at home; here on records alone.")
        words = words.format(home=home or _("the other site"))
        raise ProjectFrozen(words, project_status=project.status, home=home)
