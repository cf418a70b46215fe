"""The JSON that the endpoints of the checklist take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.tasks.models import MAX_TEXT
from rest.fields import Flag, Text, Uuid


class NewTask(serializers.Serializer[Any]):
    text = Text(max_length=MAX_TEXT)
    assignee_id = Uuid(required=False, allow_null=True, help_text="A member of the project.")


class ChangedTask(serializers.Serializer[Any]):
    """Only the members to change."""

    text = Text(max_length=MAX_TEXT, required=False)
    assignee_id = Uuid(required=False, allow_null=True, help_text="A member of the project; null for nobody.")
    done = Flag(required=False)


class TaskInfo(serializers.Serializer[Any]):
    """A task; see `drafts.tasks.models.Task.body`."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    assignee = PersonSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()
    done = serializers.BooleanField()
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = PersonSerializer(allow_null=True)
