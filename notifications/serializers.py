"""The JSON that the endpoints of the inbox answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from audit.event_types import INBOX_LINES
from notifications.models import Notification


class ProjectName(serializers.Serializer[Any]):
    """A project by its name."""

    id = serializers.UUIDField()
    name = serializers.CharField()


class NotificationInfo(serializers.Serializer[Any]):
    """One line of an inbox."""

    id = serializers.UUIDField()
    project = ProjectName(allow_null=True)
    actor = PersonSerializer()
    facts = serializers.DictField(help_text="Ids and names: `field`, `comment_id`, `task_id`, `release_id` …")
    seq = serializers.IntegerField(allow_null=True, help_text="The event of the project's chain that it comes from.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Fill in the kinds, all of which are registered by now."""
        fields = super().get_fields()
        kind = serializers.ChoiceField([(name, line.title) for name, line in INBOX_LINES.items()])
        return {"id": fields.pop("id"), "kind": kind, **fields}


class UnreadCount(serializers.Serializer[Any]):
    """The number of unread notifications, counted up to 100."""

    unread = serializers.IntegerField()


class ReadUntil(serializers.Serializer[Any]):
    """The newest notification that was read."""

    until = serializers.UUIDField(
        required=False, allow_null=True, help_text="The newest notification that was seen; all where it is left out."
    )


def notification_body(row: Notification) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "project": {"id": row.project.id, "name": row.project.name} if row.project else None,
        "actor": row.actor.person(),
        "facts": row.facts,
        "seq": row.seq,
        "created_at": row.created_at,
        "read_at": row.read_at,
    }
