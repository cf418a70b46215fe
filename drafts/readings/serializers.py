"""Shapes of the marks of what was read."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Flag, Integer, Text

MAX_VERSION = 999_999_999


class NewReadMark(serializers.Serializer[Any]):
    base = Integer(min_value=0, max_value=MAX_VERSION, help_text="A version; 0 is the empty state before the first.")
    target = Integer(min_value=1, max_value=MAX_VERSION)
    field = Text(max_length=1100)
    read = Flag(help_text="False takes the mark back.")


class ReadFields(serializers.Serializer[Any]):
    read = serializers.ListField(child=serializers.CharField(), help_text="Names of fields.")
