"""The JSON of a comparison."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


@extend_schema_field({"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "integer"}]}})
class JsonPath(serializers.JSONField):
    """The path of a value: names of members and indexes of array items."""


@extend_schema_field({})
class JsonValue(serializers.JSONField):
    """Any JSON value."""


class Line(serializers.Serializer[Any]):
    """A line of a hunk; ``old`` and ``new`` are its 1-based numbers, ``marks`` the changed words in UTF-16 units."""

    op = serializers.CharField()
    old = serializers.IntegerField(allow_null=True)
    new = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    marks = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()), required=False)
    partner = serializers.IntegerField(required=False)
    moved = serializers.IntegerField(required=False)
    missing_newline = serializers.BooleanField(required=False)


class HunkInfo(serializers.Serializer[Any]):
    old_start = serializers.IntegerField()
    old_count = serializers.IntegerField()
    new_start = serializers.IntegerField()
    new_count = serializers.IntegerField()
    lines = Line(many=True)


class JsonChange(serializers.Serializer[Any]):
    """The change of one value; ``from`` is its path in the old document, if that differs."""

    op = serializers.CharField()
    path = JsonPath()
    old = JsonValue(allow_null=True)
    new = JsonValue(allow_null=True)


class ComparedField(serializers.Serializer[Any]):
    """A changed field: by ``hunks`` of lines, or by ``changes`` of JSON values."""

    field = serializers.CharField()
    kind = serializers.ChoiceField(["text", "json"])
    change = serializers.ChoiceField(["added", "removed", "changed", "renamed"])
    same_values = serializers.BooleanField(
        help_text="The values of the configuration are the same, only its text differs: see ``hunks``."
    )
    hunks = HunkInfo(many=True, required=False)
    changes = JsonChange(many=True, required=False)
    next = serializers.IntegerField(
        allow_null=True, help_text="There is more: ask for this field with this `after`. Null: nothing is left out."
    )
    counts = serializers.DictField(child=serializers.IntegerField())
    coarse = serializers.BooleanField(help_text="Whether this difference is coarse, to limit the work.")


class Compared(serializers.Serializer[Any]):
    """Only what changed."""

    summary = serializers.CharField(allow_blank=True)
    coarse = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    fields = ComparedField(many=True)  # type: ignore[assignment]
