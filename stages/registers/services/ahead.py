"""What hooks, observers and guards want to have read with the project of a bundle: one statement for all of it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from kernel.statements import Rows, RowValues, ScalarQueries, Statement, select
from stages.registers import guards, hooks, observers


class Ahead:
    """Their values; what several of them ask alike is read once."""

    def __init__(self, project_id: UUID) -> None:
        self._asked: dict[str, ScalarQueries] = {}
        for each in (hooks, observers, guards):
            self._asked |= each.values_ahead(project_id)
        self._once: list[ScalarQueries] = []
        for values in self._asked.values():
            if values not in self._once:
                self._once.append(values)

    @property
    def queries(self) -> list[Statement]:
        """The one SELECT; none where nobody asks for anything."""
        return [select(self._once)] if self._once else []

    def by_name(self, rows: Sequence[Rows]) -> dict[str, RowValues]:
        """Who asked what, with the answer; `rows` are those of `queries`."""
        if not self._once:
            return {}
        (answer,) = rows[0]
        found, at = [], 0
        for columns, _parameters in self._once:
            found.append(answer[at : at + len(columns)])
            at += len(columns)
        return {name: found[self._once.index(values)] for name, values in self._asked.items()}
