"""Shapes of what the endpoints of pads take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from rest.fields import Choice, Text
from stages.pads.choices import Start
from stages.pads.models import MAX_FIELD, MAX_LANGUAGE, MAX_NAME

FIELD_HELP = "The field that it is for, such as `prompt_text`; empty for none."


class NewPad(serializers.Serializer[Any]):
    """A pad to make. Without a `language` it has that of its field; it begins empty, or with that field's text."""

    name = Text(max_length=MAX_NAME)
    language = Text(max_length=MAX_LANGUAGE, required=False, allow_blank=True)
    target_field = Text(max_length=MAX_FIELD, required=False, allow_blank=True, help_text=FIELD_HELP)
    start = Choice(Start.choices, required=False)


class ChangedPad(serializers.Serializer[Any]):
    name = Text(max_length=MAX_NAME, required=False)
    language = Text(max_length=MAX_LANGUAGE, required=False, allow_blank=True)
    target_field = Text(max_length=MAX_FIELD, required=False, allow_blank=True, help_text=FIELD_HELP)


class PadInfo(serializers.Serializer[Any]):
    """A pad without its text. `head` is its newest revision, 0 while nobody has written in it."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    name = serializers.CharField()
    language = serializers.CharField()
    target_field = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()
    closed_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField()
    head = serializers.IntegerField()
    epoch = serializers.IntegerField(help_text="Which life of the Yjs document this is.")
    length = serializers.IntegerField(help_text="Of the text, in UTF-16 units.")
    size = serializers.IntegerField(help_text="Of the text, in bytes of UTF-8.")
