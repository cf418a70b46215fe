"""What a person has begun to write in a project, one text for each place where they write."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from uuid_utils.compat import uuid7

from projects.models import Project

# In characters: the longest text of all that can be sent, that of a script, has 64 KiB, and what it was made from.
MAX_UNSENT: Final = 66_000
MAX_PLACE: Final = 80


class UnsentText(models.Model):
    """A comment, reply, reason or message under way. Private to its writer, and not a record: no event, no export.

    `place` says where it is written: `comment`, `reply:<id of the thread>`, `withdraw:<id of the comment>` …
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=MAX_PLACE)
    text = models.CharField(max_length=MAX_UNSENT)
    updated_at = models.DateTimeField()

    project_id: UUID
    user_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "project", "place"], name="drafts_unsent_one_a_place"),
            models.CheckConstraint(condition=~Q(text=""), name="drafts_unsent_text_given"),
        ]

    def __str__(self) -> str:
        return f"{self.place} of {self.user_id}"
