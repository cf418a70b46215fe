"""The tables whose rows go into a project's file beside the format's own lines; apps register theirs (control c03).

    EXPORTED_TABLES.register("run", ExportedTable(Run))
    EXPORT_CHECKS.register("runs", ExportCheck(("run", "run_output"), faults_in_runs))

The name in `EXPORTED_TABLES` is the `type` of the lines. Every column that is not `private` is written (bytes as
base64), so none of them may hold a secret. A line is compared with the project's events where the table is rebuilt from
them (`audit.rebuilding`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet

from drafts.exchange.lines import FORMAT_TYPES, moment
from drafts.exchange.refusals import refuse
from kernel.registry import Registry
from projects.writing import ProjectWrite

# A row by its columns, as the database gives them.
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """A table of a project's records.

    `project` is the lookup from a row to its project. `contents` names the blobs that a row refers to, by SHA-256: they
    go into the file with those of the versions. `import_rows` makes rows of a new project from those of the file, in
    the transaction that imports it and after its versions; it gets some hundred rows at a time, under the ids that they
    had at the other site. Without it the rows stay in the file, which the new project keeps (docs/adr/0006).
    `added` has the columns that files of former formats do not have, with what their rows hold there; `private` are the
    columns that are not written, and are passed over in files of former formats.
    """

    model: type[Model]
    project: str = "project"
    contents: Callable[[Row], Iterable[str]] | None = None
    files: Callable[[Row], Iterable[tuple[str, str]]] | None = None
    import_rows: Callable[[ProjectWrite, Sequence[Row]], None] | None = None
    added: Mapping[str, Any] = field(default_factory=dict)
    private: frozenset[str] = frozenset()

    def rows(self, project_id: UUID) -> QuerySet[Model]:
        """The rows of one project, by key."""
        rows = self.model._default_manager  # noqa: SLF001 (Django's)
        return rows.filter(**{self.project: project_id}).order_by("pk")

    def columns_of(self, row: Model) -> Row:
        """The values of a row by column."""
        return {name: getattr(row, name) for name in self._columns()}

    def read(self, values: Mapping[str, Any], *, is_former: bool = False) -> Row:
        """The row of a line; `is_former` says that its file has a former format.

        Raises `ValidationFailed` for other columns and for values that they cannot have.
        """
        columns = self._columns()
        if is_former:
            values = {name: value for name, value in {**self.added, **values}.items() if name not in self.private}
        if set(values) != set(columns):
            raise refuse(f"Not all columns of a {self._noun}, or others.")
        try:
            return {name: columns[name].to_python(value) for name, value in values.items()}
        except (ValidationError, TypeError, ValueError) as error:
            raise refuse(f"Not a {self._noun}: {error}.") from None

    def _columns(self) -> dict[str, Any]:
        every = self.model._meta.concrete_fields  # noqa: SLF001 (documented)
        return {each.attname: each for each in every if each.attname not in self.private}

    @property
    def _noun(self) -> str:
        return str(self.model._meta.verbose_name)  # noqa: SLF001 (documented)


@dataclass(frozen=True, slots=True)
class ExportCheck:
    """Finds the faults of all rows of some types together, after each was compared with its events."""

    types: tuple[str, ...]
    faults: Callable[[Mapping[str, list[Row]]], Iterator[str]]


class _ExportedTables(Registry[ExportedTable]):
    def register(self, name: str, entry: ExportedTable) -> ExportedTable:
        if name in FORMAT_TYPES:
            raise ValueError(f"lines of type {name} are the format's own")
        return super().register(name, entry)


EXPORTED_TABLES: Final = _ExportedTables("type of line in a project's file")
EXPORT_CHECKS: Final = Registry[ExportCheck]("check of a project's file")


def is_checked_together(kind: str) -> bool:
    """Whether a check examines all rows of a type together."""
    return any(kind in check.types for check in EXPORT_CHECKS.values())


def faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """The faults that the checks find."""
    for check in EXPORT_CHECKS.values():
        yield from check.faults(rows)


def exported_rows(project_id: UUID) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every registered row of a project as JSON, with its type: types in alphabetical order, rows by key."""
    for kind, table in EXPORTED_TABLES.items():
        for row in table.rows(project_id).iterator(chunk_size=2000):
            yield kind, {name: _as_json(value) for name, value in table.columns_of(row).items()}


def exported_contents(project_id: UUID) -> Iterator[str]:
    """The SHA-256 of every content that some registered row refers to."""
    for table in EXPORTED_TABLES.values():
        if table.contents is not None:
            for row in table.rows(project_id).iterator(chunk_size=2000):
                yield from table.contents(table.columns_of(row))


def exported_files(project_id: UUID) -> Iterator[str]:
    """The SHA-256 of every attached file that some registered row refers to."""
    for table in EXPORTED_TABLES.values():
        if table.files is not None:
            for row in table.rows(project_id).iterator(chunk_size=2000):
                yield from (sha256 for sha256, _ in table.files(table.columns_of(row)))


def _as_json(value: Any) -> Any:
    if isinstance(value, memoryview):
        value = bytes(value)
    return msgspec.to_builtins(moment(value) if isinstance(value, datetime) else value)
