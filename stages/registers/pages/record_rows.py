"""What the page of a record shows: the rows of its fields and links, and the records beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from stages.registers.causes import Cause
from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.columns import ICONS
from stages.registers.reading.causes import caused
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.query import Query, parse_query
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import FieldView, LinkView, Part, RecordReading
from stages.registers.reading.rows import record_ids
from stages.registers.schema import Column
from stages.registers.schema.model import FILE
from stages.registers.schema.values import show_text

# How many records are beside the one that is open, before and behind it.
AROUND: Final = 30
IN: Final = "in"
VIEW: Final = "view"


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Which rule or script wrote something, and in whose change."""

    cause: Cause
    author: Author


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field. `sides` are the texts of the values side by side; `leads_to` is the record that the value names."""

    column: Column
    icon: str
    text: str
    sides: tuple[str, ...]
    misfit: str
    cycle: bool
    author: Author | None
    same_as: tuple[str, ...]
    leads_to: str
    file_address: str
    query: str
    cause: CauseRow | None

    @property
    def in_conflict(self) -> bool:
        return len(self.sides) > 1

    @property
    def is_typed(self) -> bool:
        """Whether its value is typed; a file is chosen, and what follows a reference is set where it is."""
        return not self.column.reference and self.column.type != FILE

    @property
    def is_file(self) -> bool:
        return not self.column.reference and self.column.type == FILE


@dataclass(frozen=True, slots=True)
class PartRows:
    """The fields of a record in one table; `cause` is what put the record there, None for a person."""

    part: Part
    rows: tuple[FieldRow, ...]
    cause: CauseRow | None = None

    @property
    def shown(self) -> list[FieldRow]:
        """Those that are no text in which several write at once."""
        return [row for row in self.rows if not row.column.crdt]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link; `confirmed` is who confirmed it last."""

    view: LinkView
    address: str
    confirmed: Author | None

    @property
    def other(self) -> Named:
        return self.view.other


@dataclass(frozen=True, slots=True)
class ListRow:
    """A record beside the one that is open."""

    name: Named
    address: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """The records of the table or view that the page was opened from, around this one."""

    title: str
    address: str
    table: str
    rows: tuple[ListRow, ...]
    position: int
    count: int
    before: str
    after: str


def parts_of(record: RecordReading, authors: Authors) -> list[PartRows]:
    """The fields of a record, by table."""
    names = names_of(record.reader, set(_entities(record.parts)))
    causes = causes_at(record, authors)
    found = []
    for part in record.parts:
        facet = part.table.facet
        rows = (_field_row(record, each, names, authors, causes.get((facet, each.column.name))) for each in part.fields)
        found.append(PartRows(part, tuple(rows), causes.get((facet, ""))))
    return found


def causes_at(record: RecordReading, authors: Authors) -> dict[tuple[str, str], CauseRow]:
    """What programs wrote at a record: by table and field, its place in a table with no field."""
    found = {}
    for each in caused(record):
        wrote = each.operation
        author = authors.of(wrote.actor_id, wrote.site, wrote.hlc)
        found[each.table, each.field] = CauseRow(each.cause, author)
    return found


def links_of(record: RecordReading, authors: Authors, query: str) -> list[LinkRow]:
    """The links of a record from both ends."""
    found = []
    for each in record.links:
        last = each.trace.confirmed[0] if each.trace.confirmed else None
        author = authors.of(last.actor, last.moment.site, last.hlc) if last else None
        found.append(LinkRow(each, record_address(record.reader.project_id, each.other.record), author))
    return found


def record_address(project_id: UUID, record: str, query: str = "") -> str:
    address = reverse("registers:record", args=[project_id, record])
    return f"{address}?{query}" if query else address


def beside(reader: Reader, record: RecordReading, parameters: QueryDict) -> Beside | None:
    """The records around this one: of the table and query in `parameters`, or of the first table that it is in."""
    facet = parameters.get(IN) or record.name.facet
    table = reader.schema.table(facet)
    if table is None:
        return None
    view = next((each for each in reader.schema.views_of(facet) if each.name == parameters.get(VIEW)), None)
    written = QueryDict(view.query) if view and not {"sort", "filter", "q"} & parameters.keys() else parameters
    query = parse_query(reader.schema, facet, written, lenient=True)
    ids = record_ids(reader, query)
    at = ids.index(record.id) if record.id in ids else -1
    first = max(0, at - AROUND)
    shown = ids[first : max(at, 0) + AROUND + 1]
    kept = _kept(query, view.name if view else "")
    names = names_of(reader, shown)
    rows = [ListRow(names[each], record_address(reader.project_id, each, kept), each == record.id) for each in shown]
    address = reverse("registers:table", args=[reader.project_id, facet])
    return Beside(
        title=view.name if view else table.label,
        address=f"{address}?{_kept(query, view.name if view else '', of_table=True)}",
        table=table.label,
        rows=tuple(rows),
        position=at + 1,
        count=len(ids),
        before=record_address(reader.project_id, ids[at - 1], kept) if at > 0 else "",
        after=record_address(reader.project_id, ids[at + 1], kept) if 0 <= at < len(ids) - 1 else "",
    )


def _kept(query: Query, view: str, *, of_table: bool = False) -> str:
    found = QueryDict(mutable=True)
    if not of_table:
        found[IN] = query.facet
    if view:
        found[VIEW] = view
    for name, value in query.pairs():
        found.appendlist(name, value)
    return found.urlencode()


def _field_row(
    record: RecordReading, view: FieldView, names: dict[str, Named], authors: Authors, cause: CauseRow | None
) -> FieldRow:
    reader = record.reader
    sides = tuple(_text(view.column, each, names) for each in view.sides) if len(view.sides) > 1 else ()
    entity = view.cell.value.get("entity") if isinstance(view.cell.value, dict) else None
    return FieldRow(
        column=view.column,
        icon=ICONS.get(view.column.type, "type"),
        text=view.cell.text,
        sides=sides,
        misfit=view.cell.misfit,
        cycle=view.cell.cycle,
        author=authors.of_write(view.write) if view.write else None,
        same_as=tuple(f"{column.label} · {table.label}" for table, column in view.same_as),
        leads_to=record_address(reader.project_id, names[entity].record) if entity in names else "",
        query=urlencode({"table": view.column.table, "field": view.column.name}),
        file_address=_file_address(reader, record.id, view.cell.value),
        cause=cause,
    )


def _file_address(reader: Reader, record: str, value: Any) -> str:
    """Where the file of a field is read; empty for what is no file."""
    digest = value.get("blake3") if isinstance(value, dict) else None
    if not isinstance(digest, str):
        return ""
    return f"{reverse('registers:record_open_file', args=[reader.project_id, record])}?{urlencode({'hash': digest})}"


def _text(column: Column, value: Any, names: dict[str, Named]) -> str:
    return show_text(column, value, lambda entity: names[entity].label if entity in names else entity[:8])


def _entities(parts: list[Part]) -> Iterator[str]:
    for part in parts:
        for each in part.fields:
            for value in each.sides:
                if isinstance(value, dict) and isinstance(entity := value.get("entity"), str):
                    yield entity
