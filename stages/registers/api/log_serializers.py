"""Bundles, the state, files, the matrix."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Flag, Text
from stages.registers.api.base_serializers import FACET_HELP, WrittenInfo


class StoredBundle(serializers.Serializer[Any]):
    bundle_id = serializers.CharField()
    hash = serializers.CharField()
    site = serializers.CharField()
    number = serializers.IntegerField(help_text="Its place in the chain of its site.")
    actor = serializers.CharField()
    hlc = serializers.CharField()
    count = serializers.IntegerField()
    undoes = serializers.CharField(allow_null=True)
    received_at = serializers.DateTimeField()
    header = serializers.CharField(help_text="The canonical text.")


class UndoneInfo(WrittenInfo):
    """`kept` names what stays, because somebody else has changed it since."""

    kept = serializers.ListField(child=serializers.DictField())


class StateInfo(serializers.Serializer[Any]):
    """Equal clocks have equal hashes at every site."""

    clock = serializers.DictField(child=serializers.CharField(), help_text="The highest HLC of each site.")
    state_hash = serializers.CharField()
    open_conflicts = serializers.IntegerField()


class ImportShape(serializers.Serializer[Any]):
    """A file whose first row names columns. With `dry_run`, nothing is written."""

    table = Text(max_length=100, help_text=FACET_HELP)
    text = Text(help_text="Comma-, semicolon- or tab-separated.")
    columns = serializers.DictField(
        child=Text(max_length=100, allow_null=True), required=False, help_text="Headings to columns; null leaves out."
    )
    dry_run = Flag(required=False)


class CellProblemInfo(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="In the file, where the head is row 1.")
    column = serializers.CharField()
    message = serializers.CharField()
    title = serializers.CharField(help_text="What people call the column.")
    value = serializers.CharField(help_text="What the cell has, cut.")


class ImportInfo(WrittenInfo):
    columns = serializers.ListField(child=serializers.CharField(allow_null=True))
    created = serializers.IntegerField()
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    problems = CellProblemInfo(many=True)
    problem_count = serializers.IntegerField()


class MarkInfo(serializers.Serializer[Any]):
    column = serializers.CharField()
    edges = serializers.ListField(child=serializers.CharField())
    suspect = serializers.BooleanField()


class EndInfo(serializers.Serializer[Any]):
    record = serializers.CharField()
    key = serializers.CharField()
    text = serializers.CharField()


class MatrixRow(EndInfo):
    state = serializers.CharField()
    marks = MarkInfo(many=True)


class MatrixInfo(serializers.Serializer[Any]):
    """Which records are linked with which. A row without a mark is a gap; a suspect link needs to be confirmed."""

    rows_table = serializers.CharField()
    columns_table = serializers.CharField()
    relation = serializers.CharField()
    rows = MatrixRow(many=True)
    columns = EndInfo(many=True)
    confirmed = serializers.IntegerField()
    suspect = serializers.IntegerField()
    gaps = serializers.IntegerField()
