"""What changed, as it is kept while it waits: one line of text for each subject.

`contacts|email|<record>` is a field of a record, `contacts||<record>` a record of a table, `relation:plays|<edge>` a
link, `field:<name>` a text of the project. The name of a table has no `|` (`schema.reading.is_name`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stages.automation.changes.triggers import Watched
from stages.automation.changes.values import Kept, cell_of, kept, link_of, row_of
from stages.automation.executing.grants import FIELD, RELATION
from stages.registers.fold.storage import Derived


@dataclass(frozen=True, slots=True)
class Subject:
    """A field or record (`table`, `column` or none, `id`), a link (`relation`, `id`), or a text (`field`)."""

    table: str = ""
    column: str = ""
    relation: str = ""
    id: str = ""
    field: str = ""

    def __str__(self) -> str:
        if self.field:
            return f"{FIELD}{self.field}"
        return f"{RELATION}{self.relation}|{self.id}" if self.relation else f"{self.table}|{self.column}|{self.id}"

    @classmethod
    def read(cls, text: str) -> Subject:
        if text.startswith(FIELD):
            return cls(field=text.removeprefix(FIELD))
        if text.startswith(RELATION):
            relation, _bar, edge = text.removeprefix(RELATION).rpartition("|")
            return cls(relation=relation, id=edge)
        table, _bar, rest = text.partition("|")
        column, _bar, record = rest.rpartition("|")
        return cls(table=table, column=column, id=record)

    @classmethod
    def of_change(cls, change: Mapping[str, Any]) -> Subject:
        """The subject of a change that a script was given."""
        return cls(
            table=change.get("table", ""),
            column=change.get("column", ""),
            relation=change.get("relation", ""),
            id=change.get("record") or change.get("edge") or "",
            field=change.get("field", ""),
        )

    def names(self) -> dict[str, str]:
        """What says to a script what changed."""
        if self.field:
            return {"field": self.field}
        if self.relation:
            return {"relation": self.relation, "edge": self.id}
        return {"table": self.table, **({"column": self.column} if self.column else {}), "record": self.id}

    def is_watched(self, watched: Watched) -> bool:
        if self.field:
            return watched.watches_field(self.field)
        if self.relation:
            return self.relation in watched.relations
        return watched.watches_column(self.table, self.column) if self.column else self.table in watched.tables


class Values:
    """What subjects hold now."""

    def __init__(self, storage: Derived, fields: Mapping[str, str], watched: Watched) -> None:
        """`fields` are the SHA-256 of the project's texts by their names."""
        self._storage, self._fields, self._watched = storage, fields, watched

    def prefetch(self, subjects: Iterable[Subject]) -> None:
        listed = list(subjects)
        self._storage.records.prefetch([each.id for each in listed if each.table])
        self._storage.edges.prefetch([each.id for each in listed if each.relation])

    def of(self, subject: Subject) -> Kept:
        """The value of one, as it is kept."""
        if subject.field:
            return kept(self._fields.get(subject.field))
        if subject.relation:
            edge = self._storage.edges.get(subject.id)
            return kept(link_of(edge if edge is not None and edge.facts.ends.type == subject.relation else None))
        record = self._storage.records.get(subject.id)
        if subject.column:
            return kept(cell_of(record, subject.table, subject.column))
        return kept(row_of(record, subject.table, self._watched.tables[subject.table]))
