"""A project whose people write registers, and the acts of the tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.callers import Caller
from projects.models import Project
from stages.registers import verbs
from stages.registers.fold.payloads import Payload
from stages.registers.fold.views import State
from stages.registers.models import Row
from stages.registers.schema import Column
from stages.registers.schema.model import INTEGER
from stages.registers.services import Written, undo, write_bundle
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

REQ = "requirements"
COLUMNS = (Column("title"), Column("prio", INTEGER))


@dataclass
class Desk:
    """Somebody who writes in the registers of a project."""

    project: Project
    caller: Caller

    def write(self, payloads: Any, **facts: Any) -> Written:
        return write_bundle(caller=self.caller, project_id=self.project.id, payloads=payloads, **facts)

    def create_table(self, facet: str = REQ, **facts: Any) -> Written:
        given: dict[str, Any] = {"key_prefix": "REQ", "columns": COLUMNS, **facts}
        return self.write(lambda acts, schema: verbs.create_table(acts, schema, facet, **given))

    def create(self, *rows: dict[str, Any], facet: str = REQ) -> list[str]:
        """The ids of records that are new."""
        records: list[str] = []

        def payloads(acts: Any, schema: Any) -> Iterable[Payload]:
            made = verbs.create_records(acts, schema, facet, rows)
            records.extend(made.records)
            return made.payloads

        self.write(payloads)
        return records

    def set(self, record: str, field: str, value: Any, *, facet: str = REQ, **facts: Any) -> Written:
        cell = verbs.Cell(record, facet, field, value, **facts)
        return self.write(lambda acts, schema: verbs.set_fields(acts, schema, [cell]))

    def undo(self) -> Written:
        return undo(caller=self.caller, project_id=self.project.id)

    def value(self, record: str, field: str, facet: str = REQ) -> Any:
        row = Row.objects.filter(project=self.project, facet=facet, record=record).first()
        return row.shown.get(field) if row else None

    def state(self) -> State:
        return StoredIncrement(PostgresStorage(self.project.id)).state()
