"""Comments and their replies, in one table, because both are written, withdrawn and verified alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from blobs.models import Blob
from projects.models import Project

if TYPE_CHECKING:
    from drafts.draft import Draft

MAX_TEXT = 10_000
MAX_QUOTE = 20_000
MAX_REPLIES = 500
# The longest target of a change, with its kind.
MAX_FIELD = 1140


class CommentState(models.TextChoices):
    """The state of a comment. A reply is open or withdrawn; withdrawn is final."""

    OPEN = "open", _("Open")
    RESOLVED = "resolved", _("Resolved")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Side(models.TextChoices):
    """The text of a round that a comment is on: what it was made from, what was current then, what it proposes."""

    BASE = "base", _("Base")
    CURRENT = "current", _("Current")
    AFTER = "after", _("Proposed")


class CommentQuerySet(models.QuerySet["Comment"]):
    """Reading comments."""

    def threads(self, project_id: UUID) -> CommentQuerySet:
        """The comments that start a thread on a version."""
        return self.filter(project_id=project_id, thread__isnull=True, draft__isnull=False)

    def on_rounds(self, rounds: Iterable[UUID] | models.QuerySet[Any]) -> CommentQuerySet:
        """The comments that start a thread on one of these rounds of proposals."""
        return self.filter(round_id__in=rounds)

    def on_versions(self) -> CommentQuerySet:
        """The comments and replies in threads on versions."""
        return self.filter(Q(draft__isnull=False) | Q(thread__draft__isnull=False))

    def made_up_to(self, version: int) -> CommentQuerySet:
        """Threads on this version or an earlier one."""
        return self.filter(draft__version_number__lte=version)

    def with_facts(self) -> CommentQuerySet:
        """With the people and the small columns of the version that `thread_bodies` needs."""
        return self.select_related("author", "state_by", "draft").defer("draft__files", "draft__origin")

    def counted_by_version(self, versions: list[int]) -> dict[int, dict[str, int]]:
        """How many threads these versions have, by state; versions without any are left out. One query."""
        rows = self.filter(draft__version_number__in=versions).values("draft__version_number", "state")
        found: dict[int, dict[str, int]] = {}
        for row in rows.annotate(count=Count("pk")).order_by("draft__version_number"):
            found.setdefault(row["draft__version_number"], {})[row["state"]] = row["count"]
        return found


class Comment(models.Model):
    """A comment on a place in a version or in a round of a proposal, which starts a thread, or a reply in a thread.

    Never edited, never deleted: only `state`, `state_at` and `state_by` change, which a trigger enforces. The text is
    stored here and not in a blob, because it belongs to exactly one comment and has no versions. The event records the
    SHA-256 of the text and of the quote, so that `verify_audit` detects changes. The text of a withdrawn comment stays
    readable (21 CFR 11.10(e): a change shall not obscure what was recorded before).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="comments")
    thread = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replies")
    # The place of a thread; `content` is the field's content in that version, or on that side of the round (NULL where
    # a kind of change has no text, and the field is empty where a comment is on all that the round changes). A reply
    # has its thread's place.
    draft = models.ForeignKey("drafts.Draft", on_delete=models.PROTECT, null=True, related_name="comments")
    # A row of `proposals_round`, an app above this one: the foreign key is SQL (proposals/migrations/0004).
    round_id = models.UUIDField(null=True)
    side = models.CharField(max_length=7, choices=Side.choices, blank=True, default="", db_default="")
    field = models.CharField(max_length=MAX_FIELD, blank=True, default="")
    content = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    from_line = models.PositiveIntegerField(null=True, help_text=_("1-based; NULL for a comment on the whole field."))
    to_line = models.PositiveIntegerField(null=True, help_text=_("Inclusive."))
    quote = models.CharField(max_length=MAX_QUOTE, blank=True, default="")
    text = models.CharField(max_length=MAX_TEXT)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=CommentState.choices, default=CommentState.OPEN)
    state_at = models.DateTimeField(null=True, help_text=_("When the state last changed; NULL if it never did."))
    state_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    project_id: UUID
    thread_id: UUID | None
    draft_id: UUID | None
    content_id: str | None
    author_id: UUID
    state_by_id: UUID | None
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False
    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(thread__isnull=True, draft__isnull=False, content__isnull=False, round_id__isnull=True)
                & Q(side="")
                & ~Q(field="")
                | Q(thread__isnull=True, draft__isnull=True, round_id__isnull=False, side__in=Side.values)
                & (Q(content__isnull=False) | Q(from_line__isnull=True))
                & (~Q(field="") | Q(content__isnull=True, quote="", side=Side.AFTER))
                | Q(thread__isnull=False, draft__isnull=True, round_id__isnull=True, content__isnull=True)
                & Q(field="", side="", quote="", from_line__isnull=True),
                name="drafts_comment_place_or_thread",
            ),
            models.CheckConstraint(
                condition=Q(from_line__isnull=True, to_line__isnull=True)
                | Q(from_line__gte=1, to_line__gte=F("from_line")),
                name="drafts_comment_lines_in_order",
            ),
            models.CheckConstraint(condition=Q(state__in=CommentState.values), name="drafts_comment_state_known"),
            models.CheckConstraint(
                condition=Q(thread__isnull=True) | ~Q(state=CommentState.RESOLVED),
                name="drafts_comment_threads_resolve",
            ),
            models.CheckConstraint(
                condition=Q(state_at__isnull=True, state_by__isnull=True, state=CommentState.OPEN)
                | Q(state_at__isnull=False, state_by__isnull=False),
                name="drafts_comment_state_by_somebody",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "thread", "state"], name="drafts_comment_project"),
            models.Index(
                fields=["round_id", "state"], condition=Q(round_id__isnull=False), name="drafts_comment_on_round"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def on_draft(self) -> Draft:
        """The version on which the thread was started."""
        assert self.draft is not None
        return self.draft

    @property
    def anchor(self) -> dict[str, Any] | None:
        """The original range: `{from_line, to_line, quote}`; None for the whole field."""
        if self.from_line is None:
            return None
        return {"from_line": self.from_line, "to_line": self.to_line, "quote": self.quote}
