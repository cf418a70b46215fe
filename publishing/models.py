"""Releases, the policy they must meet, and their signatures."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from audit.models import SiteKey
from blobs.models import sha256_of
from drafts.models import Draft
from kernel.ijson import parse
from projects.models import Project

MAX_RELEASE_NAME = 100
MAX_COMMENT = 2000
MAX_NOTES = 10_000


class ReleaseState(models.TextChoices):
    """The state of a release. The last three are final."""

    IN_REVIEW = "in_review", _("In review")
    RELEASED = "released", _("Released")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Meaning(models.TextChoices):
    """The meaning of a signature (21 CFR 11.50(a)(3))."""

    AUTHORED = "authored", _("Authored")
    REVIEWED = "reviewed", _("Reviewed")
    APPROVED = "approved", _("Approved")


class Policy(models.Model):
    """The rules for a project's releases, read by `publishing.policies.Rules`. Their history is in the audit events."""

    project = models.OneToOneField(Project, on_delete=models.PROTECT, primary_key=True, related_name="policy")
    rules = models.JSONField()
    # What proposals need (`publishing.proposal_policy`). Beside the rules, which an older node reads member by member.
    proposals = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    project_id: UUID

    def __str__(self) -> str:
        return f"policy of {self.project_id}"


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Reading releases."""

    def of_project(self, project_id: UUID) -> ReleaseQuerySet:
        """Newest first."""
        return self.filter(project_id=project_id).order_by("-id")

    def with_people(self) -> ReleaseQuerySet:
        """With the version, people and signatures that a page shows, in four queries."""
        found = self.select_related("draft", "submitted_by", "ended_by")
        return found.prefetch_related(
            models.Prefetch("signatures", Signature.objects.select_related("signer")),
            models.Prefetch("notes_revisions", ReleaseNotes.objects.select_related("author")),
        )


class Release(models.Model):
    """A named version, with the policy and the authors at the time of its submission.

    A row changes only once, when the release ends (`state`, `ended_at`, `ended_by`, `reason`); a trigger enforces it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="releases")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="releases")
    name = models.CharField(max_length=MAX_RELEASE_NAME)
    rules = models.JSONField()
    authors = ArrayField(
        models.UUIDField(), help_text=_("Ids of all whose text it contains, and who saved since the last release.")
    )
    authors_sign = models.BooleanField(help_text=_("Whether one of them is a person, who then signs `authored`."))
    state = models.CharField(max_length=9, choices=ReleaseState.choices, default=ReleaseState.IN_REVIEW)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=1000, blank=True, default="")

    project_id: UUID
    draft_id: UUID
    submitted_by_id: UUID
    ended_by_id: UUID | None
    notes_revisions: models.QuerySet[ReleaseNotes]
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False
    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=ReleaseState.values), name="publishing_release_state_known"),
            models.CheckConstraint(condition=~Q(name=""), name="publishing_release_named"),
            models.CheckConstraint(
                condition=Q(state=ReleaseState.IN_REVIEW, ended_at__isnull=True, ended_by__isnull=True, reason="")
                | Q(state=ReleaseState.RELEASED, ended_at__isnull=False, ended_by__isnull=False, reason="")
                | Q(state__in=(ReleaseState.REJECTED, ReleaseState.WITHDRAWN), ended_at__isnull=False)
                & Q(ended_by__isnull=False)
                & ~Q(reason=""),
                name="publishing_release_ends_with_reason",
            ),
            models.UniqueConstraint(
                fields=["project"], condition=Q(state=ReleaseState.IN_REVIEW), name="publishing_one_release_in_review"
            ),
            models.UniqueConstraint(
                "project",
                Lower("name"),
                condition=Q(state__in=(ReleaseState.IN_REVIEW, ReleaseState.RELEASED)),
                name="publishing_release_name_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def content_hash(self) -> str:
        """The content hash of the version, as `sha256:<hex>`."""
        return f"sha256:{self.draft.content_hash}"

    @property
    def notes(self) -> ReleaseNotes | None:
        """The newest revision of the release notes, or None if nobody has written any."""
        return max(self.notes_revisions.all(), key=lambda notes: notes.revision, default=None)


class ReleaseNotes(models.Model):
    """One revision of what a release says about itself: what changed, and why. Append-only.

    The newest revision counts. A trigger refuses further ones once the release has a signature, because signatures
    cover the notes (docs/adr/0030).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The project of the release, repeated for the export of a whole project; a trigger keeps both equal.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="notes_revisions")
    revision = models.PositiveSmallIntegerField(help_text=_("1, 2, 3 … for each release."))
    text = models.CharField(max_length=MAX_NOTES, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    project_id: UUID
    release_id: UUID
    author_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["release", "revision"]
        default_permissions = ("view",)
        verbose_name = verbose_name_plural = _("release notes")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(revision__gte=1), name="publishing_notes_numbered"),
            models.UniqueConstraint(fields=["release", "revision"], name="publishing_notes_revision_once"),
        ]

    def __str__(self) -> str:
        return f"release notes of {self.release_id}, revision {self.revision}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the text in lowercase hex, as recorded in the event and in signatures."""
        return sha256_of(self.text.encode())


class Signature(models.Model):
    """A signature that a person gave to a release after re-authenticating. Append-only.

    `text` (RFC 8785) is the sealed statement (`publishing.statements`). The other columns repeat its values for
    queries; the verifier compares them with it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The project of the release, repeated for the export of a whole project; a trigger keeps both equal.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="signatures")
    signer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=8, choices=Meaning.choices)
    comment = models.CharField(max_length=MAX_COMMENT, blank=True, default="")
    signed_at = models.DateTimeField()
    credential = models.CharField(max_length=80, help_text=_("The session in which it was given; no secret."))
    text = models.TextField(editable=False)
    key = models.ForeignKey(SiteKey, on_delete=models.PROTECT, related_name="+", editable=False)
    seal = models.BinaryField()

    project_id: UUID
    release_id: UUID
    signer_id: UUID
    key_id: str
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(meaning__in=Meaning.values), name="publishing_signature_meaning_known"),
            models.UniqueConstraint(fields=["release", "signer", "meaning"], name="publishing_signature_once"),
        ]

    def __str__(self) -> str:
        return f"{self.meaning} by {self.signer_id}"

    @property
    def sha256(self) -> str:
        """SHA-256 of the sealed text in lowercase hex, as recorded in the signature's event."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def statement(self) -> dict[str, Any]:
        """The parsed text."""
        statement = parse(self.text)
        assert isinstance(statement, dict)
        return statement
