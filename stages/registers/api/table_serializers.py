"""Tables, columns, relations, saved views."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Flag, Text
from stages.registers.api.base_serializers import TYPE_HELP, make_title


class OptionShape(serializers.Serializer[Any]):
    id = Text(max_length=60, required=False)
    title = Text(max_length=200)


class NewColumn(serializers.Serializer[Any]):
    """A column. `crdt`: people write in it together. `traced`: links become suspect when it changes."""

    name = Text(max_length=100)
    title = make_title()
    type = Text(max_length=40, required=False, help_text=TYPE_HELP)
    crdt = Flag(required=False)
    unique = Flag(required=False)
    traced = Flag(required=False)
    reference = Flag(required=False, help_text="Values name a field of another record, and are followed.")
    target = Text(max_length=100, required=False, allow_blank=True, help_text="Of an entity-reference: the table.")
    options = OptionShape(many=True, required=False)


class ChangedColumn(serializers.Serializer[Any]):
    title = make_title()
    type = Text(max_length=40, required=False, help_text=TYPE_HELP)
    unique = Flag(required=False)
    traced = Flag(required=False)
    reference = Flag(required=False)
    target = Text(max_length=100, required=False, allow_blank=True)
    options = OptionShape(many=True, required=False)
    position = serializers.FloatField(required=False)


class NewTable(serializers.Serializer[Any]):
    """A table. With a `key_prefix` records get REQ-1, REQ-2 and so on in a column `key`."""

    table = Text(max_length=100, help_text="Its name, which is never used again for another table.")
    title = make_title()
    key_prefix = Text(max_length=10, required=False, allow_blank=True)
    columns = NewColumn(many=True, required=False)


class ChangedTable(serializers.Serializer[Any]):
    title = make_title()
    key_prefix = Text(max_length=10, required=False, allow_blank=True)


class ColumnInfo(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    type = serializers.CharField(help_text=TYPE_HELP)
    crdt = serializers.BooleanField()
    unique = serializers.BooleanField()
    traced = serializers.BooleanField()
    reference = serializers.BooleanField()
    target = serializers.CharField()
    options = OptionShape(many=True)
    position = serializers.FloatField()


class TableInfo(serializers.Serializer[Any]):
    table = serializers.CharField()
    title = serializers.CharField()
    key_prefix = serializers.CharField()
    entity_id = serializers.CharField()
    columns = ColumnInfo(many=True)
    count = serializers.IntegerField(help_text="How many records are in it.")


class TableList(serializers.Serializer[Any]):
    results = TableInfo(many=True)


class NewRelation(serializers.Serializer[Any]):
    """A kind of links from records of `source` to records of `target`; empty for those of any table."""

    type = Text(max_length=100)
    title = make_title()
    inverse = make_title(help_text="What it is called seen from the target.")
    source = Text(max_length=100, required=False, allow_blank=True)  # type: ignore[assignment]
    target = Text(max_length=100, required=False, allow_blank=True)
    ordered = Flag(required=False)
    properties = serializers.DictField(child=Text(max_length=40), required=False, help_text="Types by name.")


class ChangedRelation(serializers.Serializer[Any]):
    title = make_title()
    inverse = make_title()
    properties = serializers.DictField(child=Text(max_length=40), required=False)


class RelationInfo(serializers.Serializer[Any]):
    type = serializers.CharField()
    title = serializers.CharField()
    inverse = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    target = serializers.CharField()
    ordered = serializers.BooleanField()
    properties = serializers.DictField(child=serializers.CharField())


class RelationList(serializers.Serializer[Any]):
    results = RelationInfo(many=True)


class NewView(serializers.Serializer[Any]):
    name = Text(max_length=100)
    query = Text(max_length=4000, allow_blank=True, help_text="As in an address: `sort=-prio&filter=area:is:Safety`.")


class ViewInfo(serializers.Serializer[Any]):
    table = serializers.CharField()
    name = serializers.CharField()
    query = serializers.CharField()


class ViewList(serializers.Serializer[Any]):
    results = ViewInfo(many=True)
