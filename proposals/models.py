"""Proposals: changes to a project that are staged in private, reviewed, and accepted as one version."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from drafts.models import Draft
from projects.models import Project

MAX_TITLE = 200
MAX_DESCRIPTION = 2000
MAX_COMMENT = 2000
MAX_TARGET = 1100


class ProposalState(models.TextChoices):
    """The state of a proposal. The last four are final."""

    PRIVATE = "private", _("Private")
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class Verdict(models.TextChoices):
    """The meaning of a vote."""

    APPROVE = "approve", _("Approves")
    OBJECT = "object", _("Objects")


UNENDED = (ProposalState.PRIVATE, ProposalState.OPEN)
ENDED = (ProposalState.ACCEPTED, ProposalState.REJECTED, ProposalState.WITHDRAWN, ProposalState.EXPIRED)

# What an account has that nobody sees beside a proposal: lists read it once for each row.
UNSEEN_OF_PEOPLE = ("password", "last_login", "email", "session_generation", "signing_suspended_at", "date_joined")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Reading proposals."""

    def of(self, user: User) -> ProposalQuerySet:
        """Those that a person wrote, or that were written on their behalf."""
        return self.filter(Q(author=user) | Q(on_behalf_of=user))

    def visible_to(self, user: User) -> ProposalQuerySet:
        """Those that a reader of the project sees: all that were opened, and their own private ones."""
        return self.filter(~Q(state=ProposalState.PRIVATE) | Q(author=user) | Q(on_behalf_of=user))

    def with_people(self) -> ProposalQuerySet:
        """With the people and the version that readers see, and without those columns of them that no list shows."""
        people = ("author", "on_behalf_of", "ended_by")
        unseen = [f"{person}__{column}" for person in people for column in UNSEEN_OF_PEOPLE]
        return self.select_related(*people, "draft").defer("draft__files", "draft__origin", *unseen)


class RecordedManager(models.Manager["Proposal"]):
    """The default manager leaves private proposals out: exports, verification and relations never see one."""

    def get_queryset(self) -> ProposalQuerySet:
        return ProposalQuerySet(self.model, using=self._db).exclude(state=ProposalState.PRIVATE)


class Proposal(models.Model):
    """One author's changes to a project, shown as P12 once it was opened.

    While it is private, only its author and the person whom they act for know of it, and it can be deleted. A trigger
    allows legal steps of `state` only, and no change after the end. `touched` says that a person has staged something:
    a program that proposes again from the same origin then makes a new one.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="proposals")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=MAX_TITLE)
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True, default="")
    state = models.CharField(max_length=9, choices=ProposalState.choices, default=ProposalState.PRIVATE)
    number = models.PositiveIntegerField(null=True, help_text=_("From its first opening on."))
    origin_type = models.CharField(max_length=30, blank=True, default="")
    origin_id = models.CharField(max_length=100, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=1000, blank=True, default="")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, null=True, related_name="proposals")
    contributors = models.JSONField(default=list, help_text=_("[{id, characters}] of those who wrote it, by id."))
    touched = models.BooleanField(default=False)
    told_version = models.PositiveIntegerField(default=0, help_text=_("The newest version that drift was told of."))
    client_ref = models.UUIDField(null=True, help_text=_("Of the request that made it."))
    request = models.CharField(max_length=64, blank=True, default="", help_text=_("What that request asked for."))
    updated_at = models.DateTimeField(help_text=_("When something was last staged."))

    project_id: UUID
    author_id: UUID
    on_behalf_of_id: UUID | None
    ended_by_id: UUID | None
    draft_id: UUID | None
    # True if this is returned for a repeated request with the same `client_ref`.
    repeated: bool = False
    recorded = RecordedManager()
    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ("view",)
        default_manager_name = "recorded"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(state__in=ProposalState.values), name="proposals_proposal_state_known"),
            models.CheckConstraint(condition=~Q(title=""), name="proposals_proposal_titled"),
            models.CheckConstraint(
                condition=Q(state=ProposalState.PRIVATE, number__isnull=True, opened_at__isnull=True)
                | ~Q(state=ProposalState.PRIVATE) & Q(number__gte=1, opened_at__isnull=False),
                name="proposals_proposal_numbered_once_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNENDED, ended_at__isnull=True, ended_by__isnull=True, draft__isnull=True)
                | Q(state__in=ENDED, ended_at__isnull=False, ended_by__isnull=False),
                name="proposals_proposal_ends_with_facts",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ProposalState.REJECTED, ProposalState.WITHDRAWN)) | ~Q(reason=""),
                name="proposals_proposal_refused_with_reason",
            ),
            models.UniqueConstraint(fields=["project", "number"], name="proposals_proposal_number_once"),
            models.UniqueConstraint(fields=["author", "client_ref"], name="proposals_proposal_client_ref_once"),
            models.UniqueConstraint(
                fields=["project", "author", "origin_type", "origin_id"],
                condition=Q(state__in=UNENDED, touched=False) & ~Q(origin_type=""),
                name="proposals_proposal_origin_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "state", "-id"], name="proposals_of_project"),
            models.Index(fields=["expires_at"], condition=Q(state=ProposalState.OPEN), name="proposals_expiring"),
        ]

    def __str__(self) -> str:
        return f"P{self.number}" if self.number else str(self.title)

    @property
    def is_private(self) -> bool:
        return self.state == ProposalState.PRIVATE

    @property
    def is_open(self) -> bool:
        return self.state == ProposalState.OPEN

    def is_of(self, user: User) -> bool:
        """Whether this person wrote it, or it was written on their behalf."""
        return user.id in (self.author_id, self.on_behalf_of_id)

    @property
    def people(self) -> set[UUID]:
        """Its author, and the person whom they act for."""
        return {self.author_id} | ({self.on_behalf_of_id} if self.on_behalf_of_id else set())


class Change(models.Model):
    """What a proposal stages for one target: the author's private working set, which each round is made from.

    `base` is what the target held when the change was made from it, `value` what it shall hold (None removes it); the
    target's kind says in which form. Not a record: an author's texts become records when they are submitted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=30)
    target = models.CharField(max_length=MAX_TARGET)
    base = models.JSONField(null=True)
    base_version = models.PositiveIntegerField(help_text=_("The version whose content the base is; 0 for none."))
    value = models.JSONField(null=True)
    language = models.CharField(max_length=40, null=True)  # noqa: DJ001 (no language is not the empty one)
    size = models.PositiveIntegerField(help_text=_("Bytes of the value."))
    revision = models.PositiveBigIntegerField(default=1)

    proposal_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["kind", "target"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "kind", "target"], name="proposals_change_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.target}"


class Round(models.Model):
    """The changes of a proposal as they were submitted for review, never changed.

    `changes` maps `kind:target` to `{base, after}` in the form that `Kind.canonical` gives; `digest` is the SHA-256 of
    RFC 8785 `{"v": 1, "changes": changes}`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The project of the proposal, repeated for the export of a whole project; a trigger keeps both equal.
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    changes = models.JSONField()
    digest = models.CharField(max_length=64)
    contributors = models.JSONField(help_text=_("[{id, characters}] of those who wrote it, by id."))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    project_id: UUID
    proposal_id: UUID
    created_by_id: UUID

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "number"], name="proposals_round_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="proposals_round_from_1"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="proposals_round_digest_shape"),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.proposal_id}"

    @property
    def authors(self) -> set[UUID]:
        """The ids of its contributors."""
        contributors: list[dict[str, Any]] = self.contributors
        return {UUID(each["id"]) for each in contributors}


class Vote(models.Model):
    """What a person says of a round. Append-only; a trigger takes only votes of people, on the newest round.

    A person's newest vote counts: an approval for its round only, an objection until they vote again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="votes")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=7, choices=Verdict.choices)
    comment = models.CharField(max_length=MAX_COMMENT, blank=True, default="")
    created_at = models.DateTimeField()

    project_id: UUID
    round_id: UUID
    person_id: UUID
    repeated: bool = False

    class Meta:
        ordering: ClassVar[list[str]] = ["id"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="proposals_vote_verdict_known"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} by {self.person_id}"
