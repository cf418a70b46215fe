"""What a page of the traceability matrix is of: its tables and relation, which rows, and as of when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import cached_property
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from publishing.models import Release, ReleaseState
from stages.registers.gates import clock_of_release
from stages.registers.reading.asof import Past
from stages.registers.reading.log import clock_as_of
from stages.registers.reading.matrices import Axes, choose_axes, matrix, matrix_at
from stages.registers.reading.matrix import Matrix, State
from stages.registers.reading.reader import Reader
from stages.registers.schema import Relation, Schema

GAPS: Final = "gaps"
KEPT_SECONDS: Final = 24 * 3600
# Beyond this, only columns with a link are shown.
MAX_COLUMNS: Final = 120
MAX_ROWS: Final = 300
MAX_WORDS: Final = 200


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of which the matrix is shown: that of a release, or the end of a day."""

    text: str
    at: datetime
    release: Release | None = None
    day: date | None = None


class MatrixState:
    """What an address asks for.

    `rows`, `columns` (tables), `link` (a relation), `only=gaps`, `find`, `across` (words), `at`, `from`. `page` is the
    address of a page of another stage, which is always of the same tables and relation: its address does not name them.
    """

    def __init__(self, reader: Reader, parameters: QueryDict, zone: tzinfo, *, page: str = "") -> None:
        self.reader = reader
        self.parameters = parameters
        self.page = page
        self.only = parameters.get("only") == GAPS
        self.moment = moment_of(reader.project_id, parameters.get("at", ""), zone)
        # Words of rows, and of columns, that are looked for.
        self.row_words = parameters.get("find", "").strip()[:MAX_WORDS]
        self.column_words = parameters.get("across", "").strip()[:MAX_WORDS]
        written = parameters.get("from", "")
        self.first = int(written) if written.isdecimal() and len(written) < 7 else 0

    @cached_property
    def past(self) -> Past | None:
        """The registers as they were; None for now."""
        if self.moment is None:
            return None
        release = self.moment.release
        clock = clock_of_release(release) if release is not None else None
        return Past(self.reader, clock if clock is not None else clock_as_of(self.reader.project_id, self.moment.at))

    @cached_property
    def schema(self) -> Schema:
        return self.past.schema if self.past is not None else self.reader.schema

    @cached_property
    def axes(self) -> Axes | None:
        chosen = [self.parameters.get(name, "") for name in ("rows", "columns", "link")]
        return choose_axes(self.schema, *chosen)

    @property
    def relation(self) -> Relation:
        type_ = self.axes.relation if self.axes else ""
        return self.schema.relations.get(type_, Relation(type_))

    @cached_property
    def whole(self) -> Matrix | None:
        """The matrix with all rows; None where no relation is between tables."""
        if self.axes is None:
            return None
        if self.past is None:
            return matrix(self.reader, self.axes)
        return _kept(self.past, self.axes)

    @cached_property
    def shown(self) -> Matrix | None:
        """The matrix with the rows that were asked for."""
        found = self.whole
        if found is not None and self.only:
            found = found.only(State.GAP, State.SUSPECT)
        if found is not None and self.row_words:
            found = found.rows_like(self.row_words)
        return found

    @cached_property
    def places(self) -> list[int]:
        """The columns that were asked for, by their places: of very many those with a link."""
        if (whole := self.whole) is None:
            return []
        found = [at for at, each in enumerate(whole.columns) if each.has(self.column_words)]
        if len(found) > MAX_COLUMNS:
            found = [at for at in found if at in whole.marked_columns]
        return found

    @property
    def is_past_unknown(self) -> bool:
        """Whether the address asks for a time that is none."""
        return bool(self.parameters.get("at", "").strip()) and self.moment is None

    @property
    def is_canonical(self) -> bool:
        """Whether the address says what is shown, as far as it says anything."""
        axes = self.axes
        if axes is None:
            return True
        shown = {"rows": axes.rows, "columns": axes.columns, "link": axes.relation}
        return all(self.parameters.get(name, "") in ("", value) for name, value in shown.items())

    @cached_property
    def is_traced(self) -> bool:
        """Whether links become suspect here, by a column of either table; else they are links and no more."""
        tables = (self.schema.readable.get(each) for each in ((self.axes.rows, self.axes.columns) if self.axes else ()))
        return any(column.traced for table in tables if table is not None for column in table.columns)

    @property
    def is_outgoing(self) -> bool:
        return self.axes is not None and self.axes.is_outgoing(self.schema)

    def address(self, changed: Mapping[str, str] | None = None, *, name: str = "matrix") -> str:
        """The address of this page, or of a part of it, with other parameters; an empty one is left out."""
        axes = self.axes
        is_own_page = bool(self.page) and name == "matrix"
        kept = {"rows": axes.rows, "columns": axes.columns, "link": axes.relation} if axes and not is_own_page else {}
        kept |= {"only": GAPS} if self.only else {}
        kept |= {"find": self.row_words, "across": self.column_words}
        kept |= {"at": self.moment.text} if self.moment else {}
        kept |= {"from": str(self.first)} if self.first else {}
        query = urlencode({each: value for each, value in {**kept, **(changed or {})}.items() if value})
        address = self.page if is_own_page else reverse(f"registers:{name}", args=[self.reader.project_id])
        return f"{address}?{query}" if query else address


def moment_of(project_id: UUID, written: str, zone: tzinfo) -> Moment | None:
    """The time that an address names: the id of a release, or a day; None for now, and for what is neither."""
    try:
        release = Release.objects.filter(project=project_id, state=ReleaseState.RELEASED, id=UUID(written)).first()
    except ValueError:
        release = None
    if release is not None and release.ended_at is not None:
        return Moment(written, release.ended_at, release)
    try:
        day = parse_date(written)
    except ValueError:
        day = None
    if day is None or not date(1970, 1, 2) < day < date(9000, 1, 1):
        return None
    end = datetime.combine(day, time.max, zone)
    return Moment(written, min(end, timezone.now() + timedelta(days=1)), day=day)


def releases_of(project_id: UUID) -> list[Release]:
    """What was released, the newest first."""
    return list(Release.objects.filter(project=project_id, state=ReleaseState.RELEASED).order_by("-ended_at")[:20])


def _kept(past: Past, axes: Axes) -> Matrix:
    """The matrix as of a clock, which never changes any more."""
    clock = ",".join(f"{site}:{hlc}" for site, hlc in sorted(past.clock.items()))
    named = "\n".join((str(past.project_id), clock, axes.rows, axes.columns, axes.relation))
    key = f"registers-matrix:1:{hashlib.sha256(named.encode()).hexdigest()}"
    found = cache.get(key)
    if not isinstance(found, Matrix):
        found = matrix_at(past, axes)
        cache.set(key, found, KEPT_SECONDS)
    return found
