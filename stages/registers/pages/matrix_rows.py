"""The traceability matrix as a picture: rows of 28, columns of 22, marks, gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from stages.registers.pages.authors import Author, Authors
from stages.registers.pages.history_marks import differing
from stages.registers.pages.matrix_state import MAX_ROWS, MatrixState
from stages.registers.reading.changes import Known, changes_of
from stages.registers.reading.log import operations_of_record
from stages.registers.reading.matrices import edges_between
from stages.registers.reading.matrix import Coverage, Mark, Matrix, Row, State
from stages.registers.reading.naming import Named
from stages.registers.reading.reader import Reader
from stages.registers.reading.records import RecordReading, read_record
from stages.registers.reading.traces import Trace, TracedEdge, trace
from stages.registers.reading.tracing import Touch
from stages.registers.schema.model import KEY_COLUMN, LIST, TEXT
from stages.registers.schema.values import show_text

COLUMN: Final = 22
ROW: Final = 28
HEAD: Final = 68
# Columns that a screen reader counts before those of the links: the record, and how many.
COLUMNS_BEFORE: Final = 2
# Of a record, in the panel beside the picture.
MAX_TEXTS: Final = 4


@dataclass(frozen=True, slots=True)
class ShownMark:
    """A mark at its place; `column` counts from 1 as screen readers do."""

    x: int
    column: int
    at: int
    key: str
    suspect: bool


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row with its marks; `index` counts from 1 as screen readers do, the heads being the first."""

    row: Row
    index: int
    marks: tuple[ShownMark, ...]
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """A column's key, upright; `x` is its middle."""

    x: int
    column: int
    record: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: rows from `first` (0) of `count`, columns of which `hidden` are left out.

    Where it is not traced, rows have no state: a row without links lacks nothing.
    """

    columns: tuple[ShownColumn, ...]
    rows: tuple[ShownRow, ...]
    width: int
    first: int
    count: int
    hidden: int
    coverage: Coverage
    is_traced: bool

    @property
    def linked(self) -> int:
        """How many rows have a link."""
        return self.coverage.total - self.coverage.gaps

    @property
    def from_number(self) -> int:
        """The number of the first row, from 1; 0 without rows."""
        return self.first + 1 if self.rows else 0

    @property
    def last(self) -> int:
        return self.first + len(self.rows)

    @property
    def column_count(self) -> int:
        return len(self.columns) + COLUMNS_BEFORE + self.is_traced

    @property
    def gap_width(self) -> int:
        return max(self.width - 6, 8)


def picture_of(state: MatrixState, *, limit: int = MAX_ROWS) -> Picture | None:
    """The picture of a part of the matrix; None where there is no relation between tables."""
    shown = state.shown
    if shown is None:
        return None
    places = state.places
    columns = tuple(
        ShownColumn(
            at * COLUMN + COLUMN // 2,
            at + COLUMNS_BEFORE + 1,
            shown.columns[place].record,
            shown.columns[place].key,
            shown.columns[place].text,
        )
        for at, place in enumerate(places)
    )
    where = {place: at for at, place in enumerate(places)}
    first = min(state.first, max(len(shown.rows) - 1, 0))
    rows = tuple(
        _row(row, number, where, shown) for number, row in enumerate(shown.rows[first : first + limit], first + 2)
    )
    hidden = len(shown.columns) - len(places)
    width = len(places) * COLUMN
    return Picture(columns, rows, width, first, len(shown.rows), hidden, shown.coverage, state.is_traced)


@dataclass(frozen=True, slots=True)
class BarPart:
    """A part of the bar of coverage, from `x`, in hundredths of its width."""

    name: str
    x: float
    width: float


def bar_of(picture: Picture) -> list[BarPart]:
    """The bar: confirmed, suspect, gaps, with a thin space between them; what is there at all can be seen.

    Of a matrix that is not traced: those with a link, and the others.
    """
    coverage = picture.coverage
    listed = [("confirmed", coverage.confirmed), ("suspect", coverage.suspect), ("gaps", coverage.gaps)]
    if not picture.is_traced:
        listed = [("confirmed", picture.linked), ("rest", coverage.gaps)]
    present = [(name, count) for name, count in listed if count]
    space, least = 0.4, 1.0
    room = 100 - space * max(len(present) - 1, 0) - least * len(present)
    found, x = [], 0.0
    for name, count in present:
        width = least + room * count / coverage.total
        found.append(BarPart(name, x, width))
        x += width + space
    return found


def _row(row: Row, index: int, where: dict[int, int], shown: Matrix) -> ShownRow:
    marks = tuple(_mark(mark, where[mark.at], shown) for mark in row.marks if mark.at in where)
    return ShownRow(row, index, marks, row.state.value, state_words(row.state))


def _mark(mark: Mark, at: int, shown: Matrix) -> ShownMark:
    x, key = at * COLUMN + COLUMN // 2, shown.columns[mark.at].key
    return ShownMark(x, at + COLUMNS_BEFORE + 1, at, key, mark.suspect)


def state_words(state: State) -> str:
    return {State.COVERED: _("Covered"), State.SUSPECT: _("Suspect"), State.GAP: _("Gap")}[state]


def csv_rows(state: MatrixState) -> Iterator[list[str]]:
    """The picture as rows of a file: a head, then each row with `x`, `?` where it is suspect, and its state."""
    shown = state.shown
    if shown is None:
        return
    places = range(len(shown.columns)) if not state.column_words else state.places
    where = {place: at for at, place in enumerate(places)}
    table, columns = state.schema.readable[state.axes.rows], state.schema.readable[state.axes.columns]  # type: ignore[union-attr]
    yield [
        table.label,
        _("Text"),
        columns.label,
        *(shown.columns[at].key for at in places),
        *([_("State")] if state.is_traced else ()),
    ]
    for row in shown.rows:
        squares = [""] * len(where)
        for mark in row.marks:
            if mark.at in where:
                squares[where[mark.at]] = "?" if mark.suspect else "x"
        states = [state_words(row.state)] if state.is_traced else []
        yield [row.end.key, row.end.text, str(len(row.marks)), *squares, *states]


@dataclass(frozen=True, slots=True)
class ChangeSince:
    """A change at an end of a link since it was confirmed."""

    record: Named
    field: str
    words: Any
    author: Author


@dataclass(frozen=True, slots=True)
class PairLink:
    """One edge between a row and a column."""

    edge: TracedEdge
    words: str
    trace: Trace
    changes: tuple[ChangeSince, ...]
    confirmed: tuple[Author, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """What is known of a square: the records of its row and its column, and the links between them."""

    row: Named
    column: Named
    links: tuple[PairLink, ...]
    can_link: bool
    # Texts of the two records besides the one that names them: titles of columns, and what they say.
    row_texts: tuple[tuple[str, str], ...] = ()
    column_texts: tuple[tuple[str, str], ...] = ()

    @property
    def suspect(self) -> bool:
        return any(each.trace.suspect for each in self.links)


def pair_of(state: MatrixState, row: str, column: str, authors: Authors) -> Pair | None:
    """A square of the matrix now; None where one of the records is not there."""
    reader, axes = state.reader, state.axes
    ends = [read_record(reader, each) for each in (row, column)]
    found = {end.id: end for end in ends if end is not None and end.record.alive}
    if axes is None or len(found) != len(ends):
        return None
    between = edges_between(reader.project_id, axes, among=[row])
    edges = [each for each in between if column in (each.source, each.target)]
    traces = trace(reader, edges)
    links = tuple(_pair_link(state, each, traces[each.edge], found, authors) for each in edges)
    texts = [_texts_of(reader, found[each]) for each in (row, column)]
    return Pair(found[row].name, found[column].name, links, not edges, *texts)


def _texts_of(reader: Reader, end: RecordReading) -> tuple[tuple[str, str], ...]:
    """What a record says in its texts, besides its name."""
    found = []
    for facet, shown in end.record.fields.items():
        table = reader.schema.readable.get(facet)
        for column in table.columns if table is not None else ():
            value = shown[column.name].value if column.name in shown else None
            text = end.record.texts.get(facet, {}).get(column.name, "") if column.crdt else value
            is_named = text == end.name.text or column.name == KEY_COLUMN
            if column.type in (TEXT, LIST) and isinstance(text, str) and text and not is_named:
                found.append((column.label, text))
    return tuple(found[:MAX_TEXTS])


def _pair_link(
    state: MatrixState, edge: TracedEdge, traced: Trace, ends: dict[str, RecordReading], authors: Authors
) -> PairLink:
    source, target = ends[edge.source].name.label, ends[edge.target].name.label
    newest = [(end, touch) for end in ends.values() for touch in _newest(traced, end.id)]
    changes = (_since(state.reader, end, touch, authors) for end, touch in newest)
    confirmed = tuple(authors.of(each.actor, each.moment.site, each.hlc) for each in traced.confirmed)
    words = f"{source} {state.relation.label} {target}"
    return PairLink(edge, words, traced, tuple(each for each in changes if each), confirmed)


def _newest(traced: Trace, record: str) -> list[Touch]:
    """Of each field the newest change."""
    found = {(each.facet, each.field): each for each in traced.changes if each.record == record}
    return list(found.values())


def _since(reader: Reader, end: RecordReading, touch: Touch, authors: Authors) -> ChangeSince | None:
    known = Known(operations_of_record(reader, end.record.facts))
    operation = next((each for each in known.operations if each.op_id == touch.op_id), None)
    if operation is None:
        return None
    column = reader.schema.column(touch.facet, touch.field)
    words: Any = ""
    for change in changes_of(known, [operation]):
        before = show_text(column, change.before) if column and not isinstance(change.before, dict) else ""
        after = show_text(column, change.after) if column and not isinstance(change.after, dict) else ""
        words = differing(before, after)
    label = column.label if column else touch.field
    return ChangeSince(end.name, label, words, authors.of(operation.actor_id, operation.site, operation.hlc))
