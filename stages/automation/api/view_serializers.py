"""The views that modules declare."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class ModuleViewInfo(serializers.Serializer[Any]):
    """A view that the caller has in the project. What its kind does not have is empty.

    `columns` are those of `table`; of a matrix, the one table of its columns. `query` is the order and the filters, as
    in the address of a table. `missing` says in words what the project does not have: such a view shows nothing.
    """

    module = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField(help_text="`grid`, `board`, `form`, `matrix` or `foreign`.")
    title = serializers.CharField()
    table = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    query = serializers.CharField()
    group_by = serializers.CharField()
    rows = serializers.CharField()
    relation = serializers.CharField()
    adopted = serializers.BooleanField(help_text="Whether everybody in the project has it, not only who installed it.")
    missing = serializers.ListField(child=serializers.CharField())
    address = serializers.CharField(help_text="The address of its page.")


class ModuleViewList(serializers.Serializer[Any]):
    results = ModuleViewInfo(many=True)
