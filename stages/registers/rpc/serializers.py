"""What the routes take. DRF moves declared fields out of the way of its own attributes `fields` and `source`."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from rest.fields import Choice, Flag, Integer, Text, Uuid
from stages.registers.api.base_serializers import Ids, Value, Values
from stages.registers.api.table_serializers import NewColumn
from stages.registers.overlays.drift import CHOICES


class CreateTable(serializers.Serializer[Any]):
    name = Text(max_length=100)
    title = Text(max_length=200, required=False, allow_blank=True)
    key_prefix = Text(max_length=10, required=False, allow_blank=True)
    fields = NewColumn(many=True, required=False)  # type: ignore[assignment]


class CreateRecord(serializers.Serializer[Any]):
    table = Text(max_length=100)
    fields = Values(required=False)  # type: ignore[assignment]


class UpdateRecord(serializers.Serializer[Any]):
    """`base` are the ids of the operations whose values were seen, by field."""

    entity_id = Text(max_length=36)
    table = Text(max_length=100)
    fields = Values()  # type: ignore[assignment]
    base = serializers.DictField(child=Ids(), required=False)


class DeleteRecord(serializers.Serializer[Any]):
    entity_id = Text(max_length=36)


class CreateEdge(serializers.Serializer[Any]):
    source = Text(max_length=36)  # type: ignore[assignment]
    target = Text(max_length=36)
    edge_type = Text(max_length=100, required=False, allow_null=True)
    properties = Values(required=False)
    fractional_index = Text(required=False, allow_blank=True)
    position = Integer(required=False, min_value=0, max_value=1_000_000)


class ReorderEdge(serializers.Serializer[Any]):
    edge_id = Text(max_length=36)
    new_index = Text(required=False, allow_blank=True)
    position = Integer(required=False, min_value=0, max_value=1_000_000)


class CreateOverlay(serializers.Serializer[Any]):
    name = Text(max_length=100, required=False)
    activate = Flag(required=False)


class OneOverlay(serializers.Serializer[Any]):
    overlay_id = Uuid()


class ProposeOverlay(OneOverlay):
    title = Text(max_length=200, required=False)


class SomeOverlay(serializers.Serializer[Any]):
    """Without an id the active one."""

    overlay_id = Uuid(required=False)


class Resolution(serializers.Serializer[Any]):
    entity_id = Text(max_length=36)
    table = Text(max_length=105, required=False, allow_blank=True)
    field = Text(max_length=100, required=False, allow_blank=True)
    choice = Choice(CHOICES)


class CommitOverlay(SomeOverlay):
    resolutions = Resolution(many=True, required=False)


class ConfirmMapping(serializers.Serializer[Any]):
    facet_a = Text(max_length=100)
    field_a = Text(max_length=100)
    facet_b = Text(max_length=100)
    field_b = Text(max_length=100)
    confirmed = Flag(required=False)


class ResolveConflict(serializers.Serializer[Any]):
    """A `value` of a field, or what becomes (`choice`) of the `conflict` that is not between values.

    `tips` are the ids of the operations whose values were seen; without them those of now.
    """

    entity_id = Text(max_length=36, required=False)
    table = Text(max_length=105, required=False)
    field = Text(max_length=100, required=False)
    value = Value(required=False)
    tips = Ids(required=False)
    conflict = serializers.UUIDField(required=False)
    choice = Choice(["keep", "delete", "merge", "split"], required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        wanted = ("conflict", "choice") if "choice" in attrs else ("entity_id", "table", "field", "value")
        if missing := [name for name in wanted if name not in attrs]:
            raise serializers.ValidationError({name: _("This member is required.") for name in missing})
        return attrs
