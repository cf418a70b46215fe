"""Pads: one text that several people write at once, with the log of its changes."""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from locking.models import Session
from projects.fields import FILES, MAX_PATH_BYTES
from projects.models import Project

MAX_NAME: Final = 120
MAX_LANGUAGE: Final = 32
# Of a field's name: a path of a file can have so many bytes.
MAX_FIELD: Final = len(FILES) + MAX_PATH_BYTES
# The writer of the text that a pad began with: nobody.
NO_WRITER: Final = 0
# Beyond are the client ids of the documents of nodes.
MAX_WRITER: Final = 2**30


class Pad(models.Model):
    """A text of a project that several people write at once, perhaps for a field. Never regulated text itself.

    `head` is the number of the newest revision, 0 for a pad that nobody has written in; `epoch` the life of its Yjs
    document, which a renewal ends. `length` is in UTF-16 units, `size` in bytes of UTF-8. `next_writer` is the number
    that the next session gets. `log_hash` covers all revisions (`stages.pads.log`), and up to `recorded` it is in the
    audit trail, as `recorded_hash`. Triggers let head, epoch, next_writer and recorded only grow, and refuse deleting.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=MAX_NAME)
    language = models.CharField(max_length=MAX_LANGUAGE, blank=True, default="")
    target_field = models.CharField(max_length=MAX_FIELD, blank=True, default="", help_text=_("What it is for."))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    head = models.PositiveIntegerField(default=0)
    epoch = models.PositiveIntegerField(default=1)
    length = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    next_writer = models.PositiveIntegerField(default=1)
    recorded = models.PositiveIntegerField(default=0)
    recorded_hash = models.BinaryField(default=b"")
    log_hash = models.BinaryField()
    changed_at = models.DateTimeField()

    project_id: UUID
    created_by_id: UUID
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(name=""), name="pads_pad_named"),
            models.CheckConstraint(condition=Q(epoch__gte=1), name="pads_pad_epoch_from_1"),
            models.CheckConstraint(
                condition=Q(next_writer__gte=1, next_writer__lte=MAX_WRITER), name="pads_pad_writers_below_documents"
            ),
            models.CheckConstraint(condition=Q(recorded__lte=F("head")), name="pads_pad_recorded_is_written"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["changed_at"], condition=Q(recorded__lt=F("head")), name="pads_unrecorded"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None


class Writer(models.Model):
    """A session's number in a pad, which is also the client id of its Yjs document. Append-only.

    Number 0 has neither session nor user: the text that the pad began with. A writer without a session is somebody who
    changed the pad without one (REST, a renewal).
    """

    pk = models.CompositePrimaryKey("pad_id", "number")
    pad = models.ForeignKey(Pad, on_delete=models.PROTECT, related_name="writers", db_index=False)
    number = models.PositiveIntegerField()
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    pad_id: UUID
    session_id: UUID | None
    user_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["pad", "number"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["pad", "session"], name="pads_writer_of_session"),
            models.UniqueConstraint(
                fields=["pad", "user"], condition=Q(session__isnull=True), name="pads_writer_without_session"
            ),
            models.CheckConstraint(
                condition=Q(number=NO_WRITER, user__isnull=True, session__isnull=True)
                | Q(number__gt=NO_WRITER, user__isnull=False),
                name="pads_writer_is_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"writer {self.number} of {self.pad_id}"


class Revision(models.Model):
    """One accepted change of a pad: 1, 2, 3 … without a gap. Append-only.

    `edits` is the JSON of `[[pos, delete, insert], …]` (`stages.pads.log`), `update` the same change for Yjs documents
    of its `epoch`. `length` is the text's afterwards, in UTF-16 units. `credits` says whose words an insertion brings
    back, None where they are its writer's. `user` repeats the writer's.
    """

    pk = models.CompositePrimaryKey("pad_id", "revision")
    pad = models.ForeignKey(Pad, on_delete=models.PROTECT, related_name="revisions", db_index=False)
    revision = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    writer = models.PositiveIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    edits = models.TextField()
    update = models.BinaryField()
    length = models.PositiveIntegerField()
    credits = models.JSONField(null=True)
    client_ref = models.UUIDField(null=True)

    pad_id: UUID
    user_id: UUID | None

    class Meta:
        ordering: ClassVar[list[str]] = ["pad", "revision"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["pad", "user", "client_ref"],
                condition=Q(client_ref__isnull=False),
                name="pads_revision_client_ref_once",
            ),
            models.CheckConstraint(condition=Q(revision__gte=1), name="pads_revision_from_1"),
        ]

    def __str__(self) -> str:
        return f"revision {self.revision} of {self.pad_id}"


class Snapshot(models.Model):
    """A pad's text at a revision with its authors, so that the log is not read from its beginning. A cache.

    `state` is the Yjs document's, empty where a newer snapshot has it. `authors` are the runs of
    writers' numbers (`stages.pads.authors`).
    """

    pk = models.CompositePrimaryKey("pad_id", "revision")
    pad = models.ForeignKey(Pad, on_delete=models.CASCADE, related_name="snapshots", db_index=False)
    revision = models.PositiveIntegerField()
    epoch = models.PositiveIntegerField()
    state = models.BinaryField()
    text = models.TextField()
    authors = models.BinaryField()

    pad_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["pad", "revision"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"snapshot {self.revision} of {self.pad_id}"


class EndedBurst(models.Model):
    """A burst of changes that has ended, so that the history reads the end of the log only. A cache.

    `shares` are `[[user or null, changes, inserted, deleted], …]`, `parts` the numbers of changes by parts of its time
    (`stages.pads.stops`).
    """

    pk = models.CompositePrimaryKey("pad_id", "first")
    pad = models.ForeignKey(Pad, on_delete=models.CASCADE, related_name="ended_bursts", db_index=False)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    shares = models.JSONField()
    parts = models.JSONField()

    pad_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["pad", "first"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"burst {self.first} to {self.last} of {self.pad_id}"
