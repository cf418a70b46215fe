"""The search index of a project: every line that there ever was, and the versions and fields that contained it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from projects.models import Project


class Passage(models.Model):
    """A line, or a part of a long one, that some version of a project contains in some field; once in a project.

    Derived from the versions and their blobs, which are the record; this is not. A save adds only the passages that
    are new, so the index grows with what people change and not with the size of what they change it in. No index of
    the project alone: it would tempt the planner to make the words of all its passages anew.
    """

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    digest = models.BinaryField(max_length=16, help_text=_("BLAKE2b of the text, 16 bytes."))
    text = models.TextField()
    words = SearchVectorField(help_text=_("See `drafts.search.words.index_text`."))

    project_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["digest", "project"], name="drafts_passage_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [GinIndex(fields=["words"], name="drafts_passage_words")]

    def __str__(self) -> str:
        return self.text


class CommentWords(models.Model):
    """The words of a comment. Derived from it, as a passage is from a version: no constraint holds it."""

    comment = models.OneToOneField(
        "drafts.Comment", on_delete=models.PROTECT, primary_key=True, related_name="indexed", db_constraint=False
    )
    words = SearchVectorField(help_text=_("See `drafts.search.words.index_text`."))

    class Meta:
        default_permissions = ()
        indexes: ClassVar[list[models.Index]] = [GinIndex(fields=["words"], name="drafts_comment_words")]

    def __str__(self) -> str:
        return str(self.pk)


class Stay(models.Model):
    """Consecutive versions, all of which contain a passage in a field."""

    id = models.BigAutoField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    field = models.CharField(max_length=1100)
    digest = models.BinaryField(max_length=16, help_text=_("The passage's."))
    since_version = models.PositiveIntegerField()
    until_version = models.PositiveIntegerField(null=True, help_text=_("The first version without it; NULL: current."))

    project_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "field", "digest"],
                condition=Q(until_version__isnull=True),
                name="drafts_stay_once_in_current",
            ),
            models.CheckConstraint(
                condition=Q(until_version__isnull=True) | Q(until_version__gt=F("since_version")),
                name="drafts_stay_in_order",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["project", "digest"], name="drafts_stay_passage")]

    def __str__(self) -> str:
        return f"{self.field} from v{self.since_version}"
