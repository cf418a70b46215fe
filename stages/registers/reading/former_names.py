"""What entities were called when something was done: by what had been written to them by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from stages.registers.fold.operations import Operation
from stages.registers.fold.payloads import MergeEntities, SetField
from stages.registers.reading.naming import text_column
from stages.registers.schema import Schema
from stages.registers.schema.model import KEY_COLUMN


class FormerNames:
    """The names of the entities that operations are on, each by itself: a merge changes none of them."""

    def __init__(self, schema: Schema, operations: Iterable[Operation]) -> None:
        listed = list(operations)
        self._by_id = {each.op_id: each for each in listed}
        self._merges: dict[str, list[Operation]] = defaultdict(list)
        texts = {facet: column.name for facet, table in schema.tables.items() if (column := text_column(table))}
        self._keys: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._texts: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for each in listed:
            payload = each.payload
            if isinstance(payload, MergeEntities):
                self._merges[payload.absorbed].append(each)
            # A decision gives all that were merged one key, and none of them its own.
            if not isinstance(payload, SetField) or payload.resolves or not isinstance(payload.value, str):
                continue
            if payload.field_name == KEY_COLUMN and payload.facet_type in schema.tables:
                self._keys[payload.entity_id].append((each.hlc, payload.value))
            elif payload.field_name == texts.get(payload.facet_type):
                self._texts[payload.entity_id].append((each.hlc, payload.value))

    def of(self, entity: str, until: str) -> str:
        """The key or the text of an entity at an HLC; empty where neither was written to it."""
        for written in (self._keys[entity], self._texts[entity]):
            if written:
                before = [each for each in written if each[0] <= until]
                return max(before)[1] if before else min(written)[1]
        return ""

    def was_apart(self, op_id: str, entity: str) -> bool:
        """Whether the author of an operation on an entity that was absorbed knew it as a record of its own."""
        operation, merges = self._by_id.get(op_id), self._merges[entity]
        return operation is not None and bool(merges) and not any(map(operation.had_seen, merges))
