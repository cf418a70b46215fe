"""Drafts: immutable versions of all fields of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from blobs.models import Blob
from projects.fields import CONFIGURATION, FILES, PROMPT
from projects.models import Project

MAX_MESSAGE = 1000


class DraftKind(models.TextChoices):
    """The kind of write that created a version."""

    SAVE = "save", _("Save")
    REVERT = "revert", _("Revert")
    UNDO = "undo", _("Undo")
    REDO = "redo", _("Redo")
    IMPORT = "import", _("Import")
    ACCEPT = "accept", _("Accepted proposal")


@dataclass(frozen=True, slots=True)
class FieldContent:
    """The content of one field in one draft. `sha256` is lowercase hex; the language is None if unknown."""

    sha256: str
    media_type: str
    language: str | None
    size: int = 0

    def hashed(self) -> dict[str, str | None]:
        """The members that the content hash covers."""
        return {"sha256": self.sha256, "media_type": self.media_type, "language": self.language}


PROMPT_MEDIA: Final = ("text/markdown", "markdown")
CONFIGURATION_MEDIA: Final = ("application/json", "json")


class DraftQuerySet(models.QuerySet["Draft"]):
    """Reading versions."""

    def of_project(self, project_id: UUID) -> DraftQuerySet:
        """Newest first."""
        return self.filter(project_id=project_id).order_by("-version_number")


class Draft(models.Model):
    """One version of all fields of a project; shown as v14. Never changed, never removed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="drafts")
    version_number = models.PositiveIntegerField()
    prompt = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    configuration = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    files = models.JSONField(default=dict, help_text=_("path → {sha256, media_type, language, size}"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    message = models.CharField(max_length=MAX_MESSAGE, blank=True, default="")
    kind = models.CharField(max_length=6, choices=DraftKind.choices, default=DraftKind.SAVE)
    source_version = models.PositiveIntegerField(null=True)
    origin = models.JSONField(null=True, help_text=_("{type, id, contributors} of what a later stage promoted."))
    changed_fields = ArrayField(models.TextField())
    content_hash = models.CharField(max_length=64)
    renamed = models.JSONField(null=True, help_text=_("New field → old field of each file that this version renamed."))

    project_id: UUID
    prompt_id: str | None
    configuration_id: str | None
    author_id: UUID
    # True if this is returned for a repeated save with the same `client_ref`.
    repeated: bool = False
    # Set on the result of a write: the `seq` of its event, and the fields that an undo could not restore.
    event_seq: int
    skipped_fields: Sequence[Mapping[str, Any]] = ()
    # Set on the result of a save: the fields whose line ends were changed to LF.
    line_ends_changed: Sequence[str] = ()
    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["project", "-version_number"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["project", "version_number"], name="drafts_draft_version_once"),
            models.CheckConstraint(condition=Q(version_number__gte=1), name="drafts_draft_version_from_1"),
            models.CheckConstraint(condition=Q(kind__in=DraftKind.values), name="drafts_draft_kind_known"),
            models.CheckConstraint(condition=Q(content_hash__regex=r"^[0-9a-f]{64}$"), name="drafts_draft_hash_shape"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["project", "version_number"],
                condition=Q(renamed__isnull=False),
                name="drafts_draft_renames",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version_number}"

    @property
    def prompt_text(self) -> str | None:
        """The prompt's text, or None before it was first written."""
        return self.prompt.text if self.prompt else None

    @property
    def model_configuration_text(self) -> str | None:
        """The configuration's text as it was typed, with its order of keys and notation of numbers."""
        return self.configuration.text if self.configuration else None

    @property
    def fields(self) -> dict[str, FieldContent]:
        """Every field that this draft has, by name."""
        found: dict[str, FieldContent] = {}
        if self.prompt_id:
            found[PROMPT] = FieldContent(self.prompt_id, *PROMPT_MEDIA)
        if self.configuration_id:
            found[CONFIGURATION] = FieldContent(self.configuration_id, *CONFIGURATION_MEDIA)
        for path, content in self._files().items():
            found[FILES + path] = FieldContent(**content)
        return found

    @property
    def changes(self) -> list[tuple[str, str | None]]:
        """The changed fields by their names; with each renamed file the name that it had before."""
        renamed: dict[str, str] = self.renamed or {}
        return [(name, renamed.get(name)) for name in self.changed_fields if name not in renamed.values()]

    def sha256_of(self, field: str) -> str | None:
        """The hash of one field's content, or None if the draft does not have the field."""
        if field == PROMPT:
            return self.prompt_id
        if field == CONFIGURATION:
            return self.configuration_id
        content = self._files().get(field.removeprefix(FILES))
        return content["sha256"] if content else None

    def _files(self) -> dict[str, dict[str, Any]]:
        files: dict[str, dict[str, Any]] = self.files
        return files
