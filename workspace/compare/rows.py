"""Two versions beside each other, as the compare page draws them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from drafts.compare.changes import Change
from drafts.compare.comparison import Comparison
from drafts.compare.documents import DocumentDifference
from drafts.compare.fields import FieldDifference
from drafts.compare.rows import Fold, SplitRow, changed_lines, sections, split_rows
from drafts.compare.text import Hunk, Row, TextDifference
from drafts.compare.values import written
from drafts.compare.versions import compare_drafts as differences
from drafts.models import Draft
from projects import field_names
from workspace import languages

# A browser slows down over more rows than this, all fields together; the next ones are a page of their own.
MAX_ROWS: Final = 4_000

# Where a field differs that only one of the versions has, in words.
_WHOLE: Final = {"added": gettext_noop("the whole field is new"), "removed": gettext_noop("the whole field is gone")}


@dataclass(frozen=True, slots=True)
class ComparedRows:
    """Rows that belong together: one change, or the equal lines around it. `fold`: lines that are folded away."""

    rows: list[SplitRow]
    is_change: bool = False
    fold: Fold | None = None

    @property
    def unified(self) -> Iterator[Row]:
        """The rows one under the other: what was removed, then what was added."""
        yield from (row.left for row in self.rows if row.left)
        if self.is_change:
            yield from (row.right for row in self.rows if row.right)

    @property
    def last(self) -> tuple[int, int]:
        """The last line of the fold, in both texts."""
        assert self.fold is not None
        return self.fold.old_start + self.fold.count - 1, self.fold.new_start + self.fold.count - 1


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One change of a JSON document."""

    change: Change

    @property
    def holders(self) -> list[str]:
        return [str(part) for part in self.change.path[:-1]]

    @property
    def last(self) -> str:
        return str(self.change.path[-1]) if self.change.path else _("the whole document")

    @property
    def source(self) -> str:
        return " / ".join(str(part) for part in self.change.source or ())

    @property
    def old(self) -> str | None:
        return None if self.change.op == "added" else _written(self.change.old)

    @property
    def new(self) -> str | None:
        return None if self.change.op == "removed" else _written(self.change.new)


@dataclass(frozen=True, slots=True)
class FieldComparison:
    """One field that differs: either `blocks` of lines or `values` by path.

    `next` says how many rows are to be left out to read on, where there is more than a page shows.
    """

    field_difference: FieldDifference
    blocks: list[ComparedRows]
    values: list[ValueRow]
    changes: int
    where: str
    next: int | None
    added: int = 0
    removed: int = 0
    moved: int = 0

    @property
    def name(self) -> str:
        return self.field_difference.field

    @property
    def label(self) -> str:
        return field_names.label(self.field_difference.field)

    @property
    def old_name(self) -> str:
        """What the field is called in the older version."""
        return self.field_difference.source or self.field_difference.field

    @property
    def source_label(self) -> str:
        """A renamed file's old path; empty for any other field."""
        return field_names.label(self.field_difference.source) if self.field_difference.source else ""

    @property
    def change(self) -> str:
        return self.field_difference.change

    @property
    def languages(self) -> tuple[str, str] | None:
        """The names of both languages, where the version changed it."""
        if self.field_difference.languages is None:
            return None
        old, new = self.field_difference.languages
        return languages.language_name(old), languages.language_name(new)

    @property
    def media_types(self) -> tuple[str, str] | None:
        """Both media types, where they changed and the language did not."""
        return None if self.field_difference.languages else self.field_difference.media_types

    @property
    def is_respelled(self) -> bool:
        """Whether the values are the same and only their spelling differs."""
        return self.field_difference.same_values

    @property
    def is_document(self) -> bool:
        return bool(self.values)

    @property
    def is_coarse(self) -> bool:
        return self.field_difference.difference.coarse


@dataclass(frozen=True, slots=True)
class ComparisonView:
    """A whole comparison. `summary` is the same line as in REST and the terminal."""

    fields: list[FieldComparison]
    unchanged: Sequence[str]
    summary: str

    @property
    def changes(self) -> int:
        return sum(field.changes for field in self.fields)

    @property
    def total(self) -> int:
        return len(self.fields) + len(self.unchanged)

    @property
    def apart(self) -> dict[str, str]:
        """The folders in which files of the same name differ."""
        return field_names.apart(field.name for field in self.fields)

    @property
    def folders(self) -> dict[str, str]:
        """The folders of its files where there is little room."""
        return field_names.distinct_folders([field.name for field in self.fields])


def compare_drafts(
    base: Draft | None, target: Draft, *, reader: UUID, only: str | None = None, after: int = 0, rows: int = MAX_ROWS
) -> ComparisonView:
    """Compare two versions field by field; `only` one field, where it is named, behind the first `after` rows.

    Raises `NotFound` for no such field, `RateLimited` where too many compare large texts already.
    """
    return comparison_view(differences(base, target, only, reader=reader, rows=rows, after=after))


def comparison_view(found: Comparison) -> ComparisonView:
    """A comparison as the page draws it."""
    return ComparisonView([_field(each) for each in found.fields], found.unchanged, found.summary)


def _field(field_difference: FieldDifference) -> FieldComparison:
    if isinstance(field_difference.difference, DocumentDifference):
        return _of_values(field_difference, field_difference.difference)
    return _of_lines(field_difference, field_difference.difference)


def _of_values(field_difference: FieldDifference, difference: DocumentDifference) -> FieldComparison:
    changes = difference.changes
    tops = list(dict.fromkeys(str(change.path[0]) for change in changes if change.path))
    return FieldComparison(
        field_difference,
        blocks=[],
        values=[ValueRow(change) for change in changes],
        changes=len(changes),
        where=", ".join(tops[:4]) + (" …" if len(tops) > 4 else ""),
        next=difference.next,
    )


def _of_lines(field_difference: FieldDifference, difference: TextDifference) -> FieldComparison:
    blocks = list(compared_rows(difference))
    return FieldComparison(
        field_difference,
        blocks=blocks,
        values=[],
        changes=sum(block.is_change for block in blocks),
        where=_(_WHOLE[field_difference.change]) if field_difference.change in _WHOLE else _where(difference),
        next=difference.next,
        added=difference.counts.lines_added,
        removed=difference.counts.lines_removed,
        moved=len(difference.moves),
    )


def compared_rows(difference: TextDifference) -> Iterator[ComparedRows]:
    """A whole text: its changes with the equal lines around them, and what is folded away between."""
    for part in sections(difference):
        if isinstance(part, Fold):
            yield ComparedRows([], fold=part)
        else:
            yield from _blocks(part)


def _blocks(hunk: Hunk) -> Iterator[ComparedRows]:
    for place, rows in groupby(split_rows(hunk), key=lambda row: row.place):
        yield ComparedRows(list(rows), is_change=place > 0)


def _where(difference: TextDifference) -> str:
    """`2 places · lines 18, 27–30`: where the new text changed; of what only left, the line before it."""
    ranges = changed_lines(difference)
    if not ranges:
        return _("not shown here") if difference.next is not None else _("no line differs")
    count = difference.counts.places
    places = ngettext("{n} place", "{n} places", count).format(n=count)
    shown = ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in ranges[:3])
    shown += " …" if len(ranges) > 3 else ""
    is_one = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    lines = (_("line {lines}") if is_one else _("lines {lines}")).format(lines=shown)
    return f"{places} · {lines}"


def _written(value: object) -> str:
    return written(value, indent=2 if isinstance(value, dict | list) and value else 0)
