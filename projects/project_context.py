"""A project with who asks for it, in one round trip: read, or locked for a write that must know all this.

Several statements travel together. Each sees what was committed when it begins (READ COMMITTED), so what comes after
the lock is read as it is now that the row is ours: a single statement that waited for the row would still see the
membership of before the wait.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext as _

from kernel.errors import NotFound
from kernel.statements import Rows, Statement, run_together
from projects.models import Project

ModelType = TypeVar("ModelType", bound=models.Model)

_LOCK = "SELECT 1 FROM projects_project WHERE id = %s FOR NO KEY UPDATE"
_READ = """
SELECT person.is_active, member.role, {project}, {draft} FROM projects_project AS project
LEFT JOIN accounts_user AS person ON person.id = %s
LEFT JOIN projects_member AS member ON member.project_id = project.id AND member.user_id = person.id
LEFT JOIN drafts_draft AS draft ON draft.id = project.current_draft_id
WHERE project.id = %s
"""


class RowReader(Generic[ModelType]):
    """Reads instances of a model from rows that hold its columns in the order of `columns`."""

    def __init__(self, model: type[ModelType]) -> None:
        fields = model._meta.concrete_fields  # noqa: SLF001 - documented, and the way Django itself reads rows
        self._model = model
        self._names = [field.attname for field in fields]
        self._converters = [
            (place, convert) for place, field in enumerate(fields) for convert in field.get_db_converters(connection)
        ]
        self.width = len(fields)
        self._columns = [field.column for field in fields]

    def columns(self, alias: str) -> str:
        """The select list of the model under an alias."""
        return ", ".join(f"{alias}.{column}" for column in self._columns)

    def read(self, row: Sequence[Any]) -> ModelType | None:
        """The instance that a row of `width` values is; None for an outer join that found nothing."""
        if row[0] is None:
            return None
        values = list(row)
        for place, convert in self._converters:
            values[place] = convert(values[place], None, connection)
        return self._model.from_db(connection.alias, self._names, values)


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """A project with its current draft, and who asks: `member_role` is None without a membership."""

    project: Project
    is_active: bool
    member_role: str | None
    extra_rows: list[tuple[Any, ...]]
    further_rows: list[Rows]


def lock_project_context(
    *,
    project_id: UUID,
    user_id: UUID,
    extra_query: Statement | None = None,
    further_queries: Sequence[Statement] = (),
) -> ProjectContext:
    """Lock the project row (FOR NO KEY UPDATE: inserts that only refer to it go on), then read. Raises `NotFound`.

    `extra_query` is one more SELECT that the write needs, and `further_queries` are more; their rows come back as they
    are.
    """
    return _read(project_id, user_id, extra_query, further_queries, before=[(_LOCK, [project_id])])


def read_project_context(*, project_id: UUID, user_id: UUID, extra_query: Statement | None = None) -> ProjectContext:
    """The same without the lock, for who only looks. Raises `NotFound`."""
    return _read(project_id, user_id, extra_query, (), before=[])


def _read(
    project_id: UUID,
    user_id: UUID,
    extra_query: Statement | None,
    further_queries: Sequence[Statement],
    *,
    before: list[Statement],
) -> ProjectContext:
    statement, projects, drafts = _readers()
    extra = [extra_query] if extra_query is not None else []
    rows = run_together([*before, (statement, [user_id, project_id]), *extra, *further_queries])
    if not (here := rows[len(before)]):
        raise NotFound(_("Project not found."))
    more = rows[len(before) + 1 :]
    row, extra_rows = here[0], more.pop(0) if extra else []
    project = projects.read(row[2 : 2 + projects.width])
    assert project is not None
    project.current_draft = drafts.read(row[2 + projects.width :])
    return ProjectContext(project, bool(row[0]), row[1], extra_rows, more)


@cache
def _readers() -> tuple[str, RowReader[Project], RowReader[Any]]:
    projects = RowReader(Project)
    drafts: RowReader[Any] = RowReader(Project.current_draft.field.related_model)
    return _READ.format(project=projects.columns("project"), draft=drafts.columns("draft")), projects, drafts
