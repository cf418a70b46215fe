"""A project with an owner and an editor, and an administrator of its site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.callers import Caller
from audit.models import Event
from projects.models import Project
from stages.automation.models import Package
from stages.automation.services.modules import Adopted, adopt_module, leave_module
from stages.automation.services.packages import add_package
from stages.registers.models import Row
from stages.registers.reading.reader import Reader
from stages.registers.schema import Schema
from stages.registers.services.records import Cell, attach, create_records, set_cells
from tests.automation.packages.making import module


@dataclass
class Site:
    """The acts of the tests."""

    project: Project
    owner: Caller
    editor: Caller
    administrator: Caller

    def add(self, toml: str, **files: str) -> Package:
        return add_package(caller=self.administrator, archive=module(toml, **files)).package

    def adopt(self, name: str, **facts: Any) -> Adopted:
        return adopt_module(caller=self.owner, project_id=self.project.id, name=name, **facts)

    def leave(self, name: str, reason: str = "Not needed any more") -> None:
        leave_module(caller=self.owner, project_id=self.project.id, name=name, reason=reason)

    def create(self, table: str, *rows: dict[str, Any]) -> list[str]:
        done = create_records(caller=self.editor, project_id=self.project.id, table=table, rows=list(rows))
        return [str(each) for each in done.answer]

    def set(self, table: str, record: str, field: str, value: Any) -> None:
        set_cells(caller=self.editor, project_id=self.project.id, cells=[Cell(record, table, field, value)])

    def attach(self, table: str, record: str) -> None:
        attach(caller=self.editor, project_id=self.project.id, record=record, table=table, values={})

    def shown(self, table: str, record: str) -> dict[str, Any] | None:
        """What a record shows in a table; None where it is not in it."""
        row = Row.objects.filter(project=self.project, facet=table, record=record).first()
        return row.shown if row else None

    @property
    def schema(self) -> Schema:
        return Reader(self.project.id).schema

    def actions(self) -> list[str]:
        """The events of the project so far."""
        return list(Event.objects.of_project(self.project.id).order_by("seq").values_list("action", flat=True))


def manifest(name: str, *tables: str, version: str = "1.0.0") -> str:
    """A manifest of tables, each with its columns as TOML."""
    return "\n".join([f'[module]\nname = "{name}"\nversion = "{version}"', *tables])


def table(name: str, /, **columns: str) -> str:
    """A table of a manifest; columns are a type, perhaps with a shared key behind a space."""
    lines = [f"[tables.{name}]"]
    for column, words in columns.items():
        type_, _space, key = words.partition(" ")
        shared = f', shared_key = "{key}"' if key else ""
        lines.append(f'columns.{column} = {{type = "{type_}"{shared}}}')
    return "\n".join(lines)
