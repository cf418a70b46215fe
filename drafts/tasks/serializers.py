"""The JSON that the endpoints of the checklist take and answer."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.tasks.models import MAX_TEXT
from rest.fields import Flag, Text, Uuid


class Day(serializers.DateField):
    """A date as a JSON string, such as 2026-11-20."""

    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or len(value) != len("2026-11-20"):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class NewTask(serializers.Serializer[Any]):
    text = Text(max_length=MAX_TEXT)
    assignee_id = Uuid(required=False, allow_null=True, help_text="A member of the project.")
    due_on = Day(required=False, allow_null=True, help_text="The last day on which it is not late.")


class ChangedTask(serializers.Serializer[Any]):
    """Only the members to change."""

    text = Text(max_length=MAX_TEXT, required=False)
    assignee_id = Uuid(required=False, allow_null=True, help_text="A member of the project; null for nobody.")
    due_on = Day(required=False, allow_null=True, help_text="Null for no due date.")
    done = Flag(required=False)


class TaskInfo(serializers.Serializer[Any]):
    """A task; see `drafts.tasks.models.Task.body`."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    assignee = PersonSerializer(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()
    done = serializers.BooleanField()
    done_at = serializers.DateTimeField(allow_null=True)
    done_by = PersonSerializer(allow_null=True)
