"""Records and their cells."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Flag, Integer, Text
from stages.registers.api.base_serializers import BASE_HELP, FACET_HELP, Ids, Many, Value, Values, WrittenInfo


class RowInfo(serializers.Serializer[Any]):
    """A record in a table. `tips` are the operations whose values it shows, `conflicts` fields with several values."""

    id = serializers.CharField()
    key = serializers.CharField()
    values = serializers.DictField()
    tips = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    misfits = serializers.DictField(child=serializers.CharField(), help_text="Why a value does not fit its column.")
    conflicts = serializers.ListField(child=serializers.CharField())


class RowList(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    offset = serializers.IntegerField()
    results = RowInfo(many=True)


class NewRecords(serializers.Serializer[Any]):
    """One record by its `values`, or many by their `rows`; with `typed`, values are texts as people type them."""

    values = Values(required=False)
    rows = Many(child=Values(), required=False)
    typed = Flag(required=False)


class CreatedInfo(WrittenInfo):
    records = serializers.ListField(child=serializers.CharField(), help_text="The ids of the records made.")


class OpenConflict(serializers.Serializer[Any]):
    """What nobody has decided; `values` are JSON texts, or texts where people write together."""

    kind = serializers.CharField()
    subject = serializers.CharField()
    table = serializers.CharField()
    field = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())


class FieldInfo(serializers.Serializer[Any]):
    value = serializers.JSONField(allow_null=True)
    tips = serializers.ListField(child=serializers.DictField())


class RecordInfo(serializers.Serializer[Any]):
    """A record. `tables` has for each table the fields that were set, each with its value and its tips."""

    id = serializers.CharField()
    key = serializers.CharField()
    is_deleted = serializers.BooleanField()
    members = serializers.ListField(child=serializers.CharField(), help_text="All ids by which it is found.")
    tables = serializers.DictField(child=serializers.DictField(child=FieldInfo()))
    texts = serializers.DictField(child=serializers.DictField(child=serializers.CharField()))
    conflicts = OpenConflict(many=True)


class ChangedRecord(serializers.Serializer[Any]):
    """Values for fields of a record in one table."""

    table = Text(max_length=100, help_text=FACET_HELP)
    values = Values()
    base = serializers.DictField(child=Ids(), required=False, help_text=f"By column. {BASE_HELP}")


class CellShape(serializers.Serializer[Any]):
    """A value for a cell, or the `text` of one as somebody types it. `row` is how refusals name it."""

    record = Text(max_length=36)
    table = Text(max_length=100, help_text=FACET_HELP)
    field = Text(max_length=100)
    value = Value(required=False)
    text = Text(required=False, allow_blank=True)
    base = Ids(required=False, help_text=BASE_HELP)
    row = Integer(required=False, min_value=1, max_value=1_000_000)


class ChangedCells(serializers.Serializer[Any]):
    """Cells to set and rows to add in one bundle, such as those of a paste."""

    cells = Many(child=CellShape(), required=False)
    table = Text(max_length=100, required=False, help_text="Of the `rows`.")
    rows = Many(child=Values(), required=False)
    typed = Flag(required=False, help_text="The values of `rows` are texts as people type them.")


class NewFacet(serializers.Serializer[Any]):
    table = Text(max_length=100, help_text=FACET_HELP)
    values = Values(required=False)


class MergeShape(serializers.Serializer[Any]):
    absorbed = Text(max_length=36, help_text="The record that becomes part of this one.")


class SplitShape(serializers.Serializer[Any]):
    """Either a `member` that was merged into the record, or `tables` that go to a new one."""

    member = Text(max_length=36, required=False)
    tables = serializers.ListField(child=Text(max_length=100), required=False, max_length=1000)


class SplitInfo(WrittenInfo):
    record = serializers.CharField(allow_null=True, help_text="The other record.")


class KeyShape(serializers.Serializer[Any]):
    table = Text(max_length=100, help_text=FACET_HELP)


class TextShape(serializers.Serializer[Any]):
    table = Text(max_length=100, help_text=FACET_HELP)
    field = Text(max_length=100)
    text = Text(allow_blank=True)


class OperationInfo(serializers.Serializer[Any]):
    """One signed operation; `payload` says what it does."""

    op_id = serializers.CharField()
    bundle_id = serializers.CharField()
    hlc = serializers.CharField()
    at = serializers.CharField(help_text="RFC 3339, by the clock of the site.")
    site = serializers.CharField()
    actor = serializers.CharField(help_text="The Ed25519 key of who signed it.")
    name = serializers.CharField(help_text="Whose key that is.")
    source = serializers.DictField(allow_null=True)  # type: ignore[assignment]
    payload = serializers.DictField()


class CausedInfo(serializers.Serializer[Any]):
    """What a rule or script wrote at a record: its place in a table, or a field there."""

    table = serializers.CharField()
    field = serializers.CharField(allow_null=True, help_text="Null for its place in the table.")
    source = serializers.DictField(help_text='Such as `{"rule": "Called cues"}`, as the operation says.')  # type: ignore[assignment]
    called = serializers.CharField(help_text="What it is called now.")
    is_gone = serializers.BooleanField(help_text="It was deleted since.")
    address = serializers.CharField(allow_blank=True, help_text="Its page, below the address of this site.")
    operation = OperationInfo()


class CausesInfo(serializers.Serializer[Any]):
    results = CausedInfo(many=True)


class HistoryInfo(serializers.Serializer[Any]):
    results = OperationInfo(many=True)
    before = serializers.CharField(allow_null=True, help_text="For older ones: the parameter `before`.")
