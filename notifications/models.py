"""Inboxes of people, and which topics they also receive by mail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.lookups import Regex
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.models import User
from notifications.topics import topic_of

# The formats of a kind, and of topics joined by commas. Apps register the values (`audit.event_types.INBOX_LINES`,
# `notifications.topics.MAIL_TOPICS`); when an app is no longer installed its lines stay.
KIND_FORMAT: Final = r"^[a-z_]+\.[a-z_]+$"
TOPICS_FORMAT: Final = r"^([a-z_]+(,[a-z_]+)*)?$"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Queries over inboxes."""

    def of(self, user: User) -> NotificationQuerySet:
        """A person's inbox, without the lines of projects that they may no longer see."""
        # Through the foreign key: the app `projects` is above this one and cannot be imported.
        projects: Any = Notification.project.field.related_model
        visible = projects.objects.visible_to(user).values("pk")
        return self.filter(Q(project__isnull=True) | Q(project__in=visible), recipient=user)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at__isnull=True)

    def with_people(self) -> NotificationQuerySet:
        return self.select_related("actor", "project")

    def about(self, kind: str, project_id: UUID | None, facts: Mapping[str, Any]) -> NotificationQuerySet:
        """Lines of a kind whose facts include these."""
        return self.filter(kind=kind, project=project_id, facts__contains=dict(facts))


class Notification(models.Model):
    """One line of an inbox. It is private and no record: the event that it comes from is.

    A line without a project is shown to its recipient whatever they may see. `chain` and `seq` name the event; `seq` is
    NULL if none was recorded (a request for a lock).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications")
    project = models.ForeignKey("projects.Project", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chain = models.CharField(max_length=36)
    seq = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    read_at = models.DateTimeField(null=True)

    recipient_id: UUID
    actor_id: UUID
    project_id: UUID | None
    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "chain", "seq"], name="notifications_notification_once_an_event"
            ),
            models.CheckConstraint(condition=Q(kind__regex=KIND_FORMAT), name="notifications_notification_kind_format"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["recipient", "-id"], name="notifications_inbox"),
            models.Index(fields=["recipient"], condition=Q(read_at__isnull=True), name="notifications_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"

    @property
    def topic(self) -> str:
        return topic_of(self.kind)


class Preferences(models.Model):
    """Which topics a person also receives by mail, and at which address. No row means no mail."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="mail_preferences"
    )
    topics: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=30), default=list)
    address = models.EmailField(blank=True, default="", help_text=_("Empty: the account's own."))

    user_id: UUID

    class Meta:
        default_permissions = ()
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Regex(
                    Func(F("topics"), Value(","), function="array_to_string", output_field=models.TextField()),
                    TOPICS_FORMAT,
                ),
                name="notifications_preferences_topics_format",
            )
        ]

    def __str__(self) -> str:
        return f"mail of {self.user_id}"


# Counting stops here: the page and the bell show "99+".
MAX_COUNTED: Final = 100


def count_unread(user: User) -> int:
    """How many lines of a person's inbox are unread, at most `MAX_COUNTED`."""
    return Notification.objects.of(user).unread()[:MAX_COUNTED].count()
