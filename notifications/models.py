"""What a person should know of: their inbox, and which of it also comes by mail."""

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

# What a kind looks like, and topics between commas. Which there are is registered (`audit.event_types.INBOX_LINES`,
# `notifications.topics.MAIL_TOPICS`), and may shrink again where an app is taken out: its lines stay.
KIND_FORMAT: Final = r"^[a-z_]+\.[a-z_]+$"
TOPICS_FORMAT: Final = r"^([a-z_]+(,[a-z_]+)*)?$"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Reading an inbox."""

    def of(self, user: User) -> NotificationQuerySet:
        """A person's own inbox, without what is about a project that they no longer see."""
        # By the string that the key names it with: projects stand above.
        projects: Any = Notification.project.field.related_model
        visible = projects.objects.visible_to(user).values("pk")
        return self.filter(Q(project__isnull=True) | Q(project__in=visible), recipient=user)

    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at__isnull=True)

    def with_people(self) -> NotificationQuerySet:
        return self.select_related("actor", "project")

    def about(self, kind: str, project_id: UUID | None, facts: Mapping[str, Any]) -> NotificationQuerySet:
        """Those of a kind whose facts are these, and perhaps more."""
        return self.filter(kind=kind, project=project_id, facts__contains=dict(facts))


class Notification(models.Model):
    """One line of somebody's inbox. Private, and no record: what happened stands in the event it comes from.

    A line without a project is for its recipient, whatever they may see.
    `chain` and `seq` name that event; `seq` is NULL where nothing was recorded (somebody asked for a field).
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
    """Which topics a person also has by mail, and to which address; without a row: none."""

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


# More than anybody reads; the page and the bell say "99+".
MAX_COUNTED: Final = 100


def count_unread(user: User) -> int:
    """How much of a person's inbox is unread; counted up to `MAX_COUNTED`."""
    return Notification.objects.of(user).unread()[:MAX_COUNTED].count()
