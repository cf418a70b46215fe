"""Tasks of a project's checklist."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from uuid_utils.compat import uuid7

from projects.models import Project

MAX_TEXT = 500


class TaskQuerySet(models.QuerySet["Task"]):
    """Reading the checklist."""

    def of_project(self, project_id: UUID) -> TaskQuerySet:
        """Oldest first."""
        return self.filter(project_id=project_id).order_by("id")

    def by_urgency(self) -> TaskQuerySet:
        """What is open before what is done; of that what is due first, then what has no date, oldest first."""
        return self.order_by(F("done_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "id")

    def done(self, is_done: bool) -> TaskQuerySet:
        return self.filter(done_at__isnull=not is_done)

    def with_people(self) -> TaskQuerySet:
        return self.select_related("created_by", "assignee", "done_by")


class Task(models.Model):
    """One line of the checklist.

    Its text, assignee, due date and tick may change; every change's event holds the values before and after (the text
    too: it is one short line, and the row forgets the old one), so nothing recorded is obscured. Never removed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks")
    text = models.CharField(max_length=MAX_TEXT)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    project_id: UUID
    assignee_id: UUID | None
    created_by_id: UUID
    done_by_id: UUID | None
    # True on the answer to a write that the same `client_ref` had done before.
    repeated: bool = False
    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(text=""), name="drafts_task_text_given"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="drafts_task_done_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_done(self) -> bool:
        return self.done_at is not None

    def is_overdue(self, today: date) -> bool:
        """Whether its day is over and it is not done; `today` is the reader's."""
        return self.due_on is not None and self.due_on < today and not self.is_done

    def body(self) -> dict[str, Any]:
        """The task as its readers get it, people at hand (`with_people`)."""
        return {
            "id": self.id,
            "text": self.text,
            "assignee": self.assignee.person() if self.assignee else None,
            "due_on": self.due_on,
            "created_at": self.created_at,
            "created_by": self.created_by.person(),
            "done": self.is_done,
            "done_at": self.done_at,
            "done_by": self.done_by.person() if self.done_by else None,
        }
