"""Links, mappings, conflicts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Choice, Flag, Integer, Text
from stages.registers.api.base_serializers import FACET_HELP, Ids, Value, Values, WrittenInfo


class NewEdge(serializers.Serializer[Any]):
    """A link. In an ordered relation it comes last, or `at` a place from 0, or at a fractional `index`."""

    source = Text(max_length=36)  # type: ignore[assignment]
    target = Text(max_length=36)
    type = Text(max_length=100, required=False, allow_null=True)
    properties = Values(required=False)
    at = Integer(required=False, min_value=0, max_value=1_000_000)
    index = Text(required=False, allow_blank=True)


class ChangedEdge(serializers.Serializer[Any]):
    properties = Values(required=False)
    at = Integer(required=False, min_value=0, max_value=1_000_000)
    index = Text(required=False, allow_blank=True)


class EdgeIds(serializers.Serializer[Any]):
    edges = Ids()


class EdgeInfo(serializers.Serializer[Any]):
    id = serializers.CharField()
    type = serializers.CharField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    index = serializers.CharField(allow_null=True)
    properties = serializers.DictField()


class CreatedEdge(WrittenInfo):
    edge = serializers.CharField(allow_null=True)


class MappingShape(serializers.Serializer[Any]):
    """Two fields that are one. With `preview`, nothing is written; `confirmed: false` takes it back."""

    facet_a = Text(max_length=100, help_text=FACET_HELP)
    field_a = Text(max_length=100)
    facet_b = Text(max_length=100, help_text=FACET_HELP)
    field_b = Text(max_length=100)
    confirmed = Flag(required=False)
    preview = Flag(required=False)


class MappingPreviewInfo(serializers.Serializer[Any]):
    records = serializers.IntegerField(help_text="How many records are in both tables.")
    equal = serializers.IntegerField()
    differ = serializers.IntegerField(help_text="In how many the fields hold two values.")
    filled = serializers.IntegerField(help_text="In how many an empty field gets the other one's value.")
    differing = serializers.ListField(child=serializers.CharField(), help_text="The first 100 that differ.")


class MappedInfo(WrittenInfo):
    preview = MappingPreviewInfo()


class MappingInfo(serializers.Serializer[Any]):
    facet_a = serializers.CharField()
    field_a = serializers.CharField()
    facet_b = serializers.CharField()
    field_b = serializers.CharField()
    state = serializers.ChoiceField(["confirmed", "revoked", "suggested"])


class MappingList(serializers.Serializer[Any]):
    results = MappingInfo(many=True)


class ConflictInfo(serializers.Serializer[Any]):
    """What waits for a decision. `tips` are the values that stand side by side: by whom, where, when."""

    id = serializers.CharField()
    kind = serializers.CharField()
    subject = serializers.CharField(help_text="The record, member or link.")
    table = serializers.CharField()
    field = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    tips = serializers.ListField(child=serializers.DictField())
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)


class Decision(serializers.Serializer[Any]):
    """A `value` with the `tips` that were seen; for what somebody removed, split or merged a `choice`.

    Of a duplicate key nothing: the record gets the next free one.
    """

    value = Value(required=False)
    tips = Ids(required=False, help_text="The ids of the operations whose values were seen.")
    choice = Choice(["keep", "delete", "merge", "split"], required=False)
