"""Leases (the durable records of locks), the sessions that hold them, and unsaved texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from uuid_utils.compat import uuid7

from accounts.models import User
from kernel.errors import NotFound, PermissionDenied
from kernel.statements import Statement
from projects.models import Project


class EndReason(models.TextChoices):
    """Why a lease ended; every ended lease has exactly one."""

    SAVED = "saved", gettext_lazy("Saved")
    CANCELLED = "cancelled", gettext_lazy("Given back")
    DISCONNECTED = "disconnected", gettext_lazy("Disconnected")
    EXPIRED = "expired", gettext_lazy("Expired")
    HANDED_OVER = "handed_over", gettext_lazy("Handed over")
    TAKEN_OVER = "taken_over", gettext_lazy("Taken over")
    REVOKED = "revoked", gettext_lazy("Access lost")
    FROZEN = "frozen", gettext_lazy("Project closed")


class SessionQuerySet(models.QuerySet["Session"]):
    """Reading sessions."""

    def require_own(self, *, user: User, project_id: UUID, session_id: UUID) -> None:
        """Raise `NotFound` for an unknown session, `PermissionDenied` for somebody else's."""
        owners = self.filter(pk=session_id, project_id=project_id).values_list("user_id")
        require_own_session(list(owners), user=user, session_id=session_id)


def owner_of_session(project_id: UUID, session_id: UUID) -> Statement:
    """The query for the user of a session, to run with another query; pass its rows to `require_own_session`."""
    return "SELECT user_id FROM locking_session WHERE id = %s AND project_id = %s", [session_id, project_id]


def require_own_session(owners: Sequence[tuple[UUID, ...]], *, user: User, session_id: UUID) -> None:
    """Raise `NotFound` for a session without an owner, `PermissionDenied` for somebody else's."""
    if not owners:
        raise NotFound(_("Session not found in this project."), session_id=str(session_id))
    if owners[0][0] != user.id:
        raise PermissionDenied(_("This session belongs to another account."))


class Session(models.Model):
    """One open tab or IDE connection of one user, issued by the server. Every lock belongs to a session.

    Each connect increments `connection` and rotates the resume secret, of which only the digest is stored. A disconnect
    is ignored unless its connection number is the current one. Sessions are not records and have no events.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    credential = models.CharField(max_length=80)
    connection = models.PositiveIntegerField(default=0, help_text=gettext_lazy("0 for a session without a socket."))
    resume_digest = models.CharField(max_length=64, blank=True, default="")
    opened_at = models.DateTimeField(auto_now_add=True)
    disconnected_at = models.DateTimeField(
        null=True, help_text=gettext_lazy("Since when its socket is gone without a good-bye.")
    )

    project_id: UUID
    user_id: UUID
    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["user", "project"], name="locking_session_user")]

    def __str__(self) -> str:
        return str(self.id)


class LeaseQuerySet(models.QuerySet["Lease"]):
    """Reading leases."""

    def open(self) -> LeaseQuerySet:
        return self.filter(ended_at__isnull=True)

    def of_project(self, project_id: UUID) -> LeaseQuerySet:
        return self.filter(project_id=project_id)

    def held_at(self, moment: object) -> LeaseQuerySet:
        """The leases that were open at a moment."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), started_at__lte=moment)


class Lease(models.Model):
    """The durable record of one lock. It changes only once, when it ends with a reason.

    `token` is the `seq` of the event that opened it. So a later lease of the same field always has a larger token, even
    if Redis loses its data.
    """

    lease_id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="leases")
    field = models.CharField(max_length=1100)
    token = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, on_delete=models.PROTECT, null=True, related_name="leases")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # NULL while the lease is open, like `ended_at`: the two change together.
    end_reason = models.CharField(max_length=12, choices=EndReason.choices, null=True)  # noqa: DJ001

    project_id: UUID
    user_id: UUID
    session_id: UUID | None
    # True if this is returned for a repeat of the request that opened it.
    repeated: bool = False
    objects = LeaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-token"]
        default_permissions = ("view",)
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["project", "field"], condition=Q(ended_at__isnull=True), name="locking_lease_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, end_reason__isnull=True)
                | Q(ended_at__isnull=False, end_reason__in=EndReason.values),
                name="locking_lease_ends_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="locking_lease_in_order"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["project", "field", "-token"], name="locking_lease_field"),
            models.Index(fields=["session"], condition=Q(ended_at__isnull=True), name="locking_lease_session"),
        ]

    def __str__(self) -> str:
        return f"{self.field} #{self.token}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class WorkingCopyQuerySet(models.QuerySet["WorkingCopy"]):
    """Reading working copies."""

    def of_others(self, project_id: UUID, user: User) -> WorkingCopyQuerySet:
        """The working copies of people other than `user`, newest first, without their texts."""
        copies = self.filter(lease__project_id=project_id).exclude(lease__user=user)
        return copies.select_related("lease__user").defer("content").order_by("-updated_at")[:200]


class WorkingCopy(models.Model):
    """The unsaved text of one lease. Private to its writer, and not a record.

    It is replaced only by a text with a higher `revision`, which the client counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lease = models.OneToOneField(Lease, on_delete=models.PROTECT, related_name="working_copy")
    revision = models.BigIntegerField()
    content = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    lease_id: UUID
    objects = WorkingCopyQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-updated_at"]

    def __str__(self) -> str:
        return f"{self.lease_id} revision {self.revision}"
