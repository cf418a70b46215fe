"""The changes that started an execution, as its page lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from projects import field_names
from stages.automation.models import Execution
from stages.automation.pages.passage_words import changed_words
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader
from stages.registers.schema import Column
from stages.registers.schema.values import show_text

MAX_SHOWN: Final = 100
MAX_TEXT: Final = 300
SHORT: Final = 60


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One change: a record and its column, a link, or a field; `words` is both sides as one text, for long ones."""

    label: str
    address: str
    column: str
    was: str
    became: str
    words: SafeString | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The first rows, and how many changes there are."""

    rows: Sequence[GivenRow]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def given_of(execution: Execution, reader: Reader) -> Given | None:
    """What an execution on change was given; None for one by hand."""
    if not execution.changes:
        return None
    listed = execution.changes[:MAX_SHOWN]
    names = names_of(reader, _records(listed))
    return Given([_row(each, names, reader) for each in listed], len(execution.changes))


def _records(changes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for each in changes:
        if "record" in each:
            yield each["record"]
        elif "relation" in each:
            yield from _ends(each).values()


def _ends(change: Mapping[str, Any]) -> Mapping[str, str]:
    """The records at the ends of a link."""
    side = change["new"] or change["old"] or {}
    return {name: side[name] for name in ("from", "to") if isinstance(side, Mapping) and name in side}


def _row(change: Mapping[str, Any], names: Mapping[str, Named], reader: Reader) -> GivenRow:
    if "field" in change:
        there, gone = _("there"), ""
        if change["old"] and change["new"]:
            there, gone = _("another text"), _("a text")
        was, became = (gone, there) if change["new"] else (there, gone)
        return GivenRow(field_names.label(change["field"]), "", "", was, became)
    if "relation" in change:
        return _row_of_link(change, names, reader)
    table, record = change["table"], change["record"]
    named = names.get(record)
    address = ""
    if named is not None and not named.gone and named.facet:
        address = reverse("registers:record", args=[reader.project_id, named.record])
    label = named.label if named is not None else record[:8]
    known = reader.schema.readable.get(table)
    if "column" not in change:
        shown = (_("in it") if change[side] is not None else "" for side in ("old", "new"))
        was, became = (_("changed"), _("changed")) if change["old"] and change["new"] else shown
        return GivenRow(label, address, known.label if known is not None else table, was, became)
    column = known.column(change["column"]) if known is not None else None
    was, became = (_shown(column, change[side]) for side in ("old", "new"))
    is_long = any(len(each) > SHORT or "\n" in each for each in (was, became))
    words = changed_words(was, became) if is_long and was and became else None
    return GivenRow(label, address, column.label if column is not None else change["column"], was, became, words)


def _row_of_link(change: Mapping[str, Any], names: Mapping[str, Named], reader: Reader) -> GivenRow:
    ends = [names[each].label if each in names else each[:8] for each in _ends(change).values()]
    relation = reader.schema.relations.get(change["relation"])
    label = relation.label if relation is not None else change["relation"]
    was, became = (_("linked") if change[side] else "" for side in ("old", "new"))
    return GivenRow(" → ".join(ends), "", label, was, became)


def _shown(column: Column | None, value: Any) -> str:
    if value is None:
        return ""
    return (show_text(column, value) if column is not None else str(value))[:MAX_TEXT]
