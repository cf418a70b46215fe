"""A record as it is shown in each of its tables: the rows that grids are read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from drafts.search.words import index_text
from stages.registers.fold.facts import Tips
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record
from stages.registers.storing.finding import trailing_number

_KEY: Final = "key"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """What one table shows of a record."""

    shown: dict[str, Any]
    conflicts: tuple[str, ...]

    @property
    def key_number(self) -> int | None:
        return trailing_number(self.shown.get(_KEY))

    def words(self, project_id: UUID) -> str:
        """The words of all that can be searched, as Postgres reads a `tsvector`."""
        return index_text("\n".join(_searched(each) for each in self.shown.values()), project_id)


def rows_of(record: Record | None) -> dict[str, ShownRow]:
    """The rows of a record by table; none for one that does not live."""
    if record is None or not record.alive:
        return {}
    rows = {}
    for facet, fields in record.fields.items():
        texts = record.texts.get(facet, {})
        shown = {name: each.value for name, each in fields.items()} | dict(texts)
        differ = {name for name, each in fields.items() if _are_apart(each.tips)}
        differ |= {each.field for each in record.conflicts if each.kind == "text" and each.field in texts}
        rows[facet] = ShownRow(shown, tuple(sorted(differ)))
    return rows


def _are_apart(tips: Tips) -> bool:
    """Whether values stand side by side. Mostly there is one."""
    return len(tips) > 1 and len({spell(tip.value) for tip in tips}) > 1


def _searched(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    return str(value.get("name", "")) if isinstance(value, dict) else ""
