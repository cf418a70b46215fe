"""Links to lines of a field, as REST takes and shows them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Integer, Text
from stages.registers.api.base_serializers import WrittenInfo

LINE_HELP = "1-based and inclusive."


class NewPassage(serializers.Serializer[Any]):
    """A record, and the lines of a field of a version that it is linked to."""

    record = Text(max_length=36)
    relation = Text(max_length=100, required=False, allow_null=True, help_text="The type of the link.")
    field = Text(max_length=300, help_text="`prompt_text`, `model_configuration` or `files/<path>`.")
    version = Integer(min_value=1, max_value=2_000_000_000)
    from_line = Integer(min_value=1, max_value=10_000_000, help_text=LINE_HELP)
    to_line = Integer(min_value=1, max_value=10_000_000, help_text=LINE_HELP)
    quote = Text(required=False, allow_blank=True, help_text="The selected part of the lines; all of them without it.")


class CreatedPassage(WrittenInfo):
    passage = serializers.CharField(help_text="The id of the passage's record.")
    edge = serializers.CharField(help_text="The id of the link.")


class SpanInfo(serializers.Serializer[Any]):
    from_line = serializers.IntegerField()
    to_line = serializers.IntegerField()


class LinkedRecordInfo(serializers.Serializer[Any]):
    id = serializers.CharField()
    key = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)


class PassageLinkInfo(serializers.Serializer[Any]):
    """A link from a record to lines of a field, as it is in the version that was asked for.

    `position` and `text` are null where the text is gone.
    """

    edge = serializers.CharField()
    relation = serializers.CharField(allow_null=True)
    record = LinkedRecordInfo()
    passage = serializers.CharField()
    field = serializers.CharField()
    quote = serializers.CharField(help_text="What was selected when it was linked.")
    position = SpanInfo(allow_null=True)
    text = serializers.CharField(allow_null=True)
    confirmed_text = serializers.CharField(allow_null=True, help_text="What it said when the link was last confirmed.")
    suspect = serializers.BooleanField()


class PassageLinks(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    links = PassageLinkInfo(many=True)
