"""The state of registers as rules read it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from stages.automation.rules.language import Direction
from stages.automation.rules.reading import Classes
from stages.registers.fold.increment import Increment
from stages.registers.fold.views import Record, shown_value, values_of


class StateReader:
    """Answers `rules.reading.Reader` from the state of an increment."""

    def __init__(self, increment: Increment) -> None:
        self._increment = increment
        self._storage = increment.storage
        self.classes: Classes = increment.classes

    def is_in(self, record: str, table: str) -> bool:
        found = self._record(record)
        return found is not None and found.alive and table in found.fields

    def value(self, record: str, table: str, column: str) -> Any:
        found = self._record(record)
        if found is None or not found.alive:
            return None
        shown = found.fields.get(table, {}).get(column)
        return shown.value if shown is not None else found.texts.get(table, {}).get(column)

    def kept(self, record: str, table: str, column: str) -> Any:
        found = self._record(record)
        if found is None or table in found.fields:
            return None
        raw = (each for field, each in found.facts.tips.items() if (field.facet, field.name) == (table, column))
        tips = sorted((tip for each in raw for tip in values_of(each)), key=lambda tip: tip.order)
        return shown_value(tuple(tips)) if tips else None

    def linked(self, record: str, relation: str, direction: Direction) -> list[str]:
        members = self._increment.identity.members(record)
        found = []
        for edge in dict.fromkeys(each for member in sorted(members) for each in self._storage.edges_at(member)):
            known = self._storage.edges.get(edge)
            if known is None or not known.shown or known.facts.ends.type != relation:
                continue
            near, far = known.facts.source, known.facts.target
            if direction == "from":
                near, far = far, near
            if near == record:
                found.append(far)
        return found

    def prefetch(self, records: Collection[str], *, links: bool) -> None:
        self._storage.records.prefetch(records)
        prepare = getattr(self._storage, "prepare_links", None)
        if links and prepare is not None:
            prepare(records)

    def _record(self, record: str) -> Record | None:
        return self._storage.records.get(record)
