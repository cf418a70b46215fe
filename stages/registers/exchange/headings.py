"""The first row of a file: which column or kind of links each heading is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from stages.registers.reading.operators import link_field
from stages.registers.schema import Column, Relation, Schema, Table
from stages.registers.schema.values import refuse


@dataclass(frozen=True, slots=True)
class Links:
    """The links of a relation, seen from one of its ends, as a column of a file."""

    relation: Relation
    outgoing: bool

    @property
    def field(self) -> str:
        return link_field(self.relation.type, outgoing=self.outgoing)

    @property
    def label(self) -> str:
        title = self.relation.label if self.outgoing else self.relation.inverse_label
        return title[:1].upper() + title[1:]

    @property
    def facet(self) -> str:
        """The table of the records at the other end; empty for any."""
        return self.relation.target if self.outgoing else self.relation.source


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as the file has it, and what it is: a column, links, or neither, where it is left out.

    `is_unknown` says that nobody has said which one it is.
    """

    text: str
    column: Column | None = None
    links: Links | None = None
    is_unknown: bool = False

    @property
    def field(self) -> str | None:
        if self.column is not None:
            return self.column.name
        return self.links.field if self.links is not None else None


def targets_of(schema: Schema, table: Table) -> list[Column | Links]:
    """What a heading can be: the columns of a table, then the links of its records."""
    return [*table.columns, *(Links(relation, outgoing) for relation, outgoing in schema.relations_of(table.facet))]


def match_headings(
    schema: Schema, table: Table, head: Sequence[str], columns: Mapping[str, str | None] | None = None
) -> tuple[Heading, ...]:
    """What each heading is. `columns` says it by field, None to leave one out; others are names or titles.

    Raises `ValidationFailed` where a column is there twice, or `columns` names none.
    """
    targets = targets_of(schema, table)
    taken: set[str] = set()
    found = []
    for text in head:
        heading = _heading(targets, text, columns or {}, taken)
        if (name := heading.field) is not None:
            if name in taken:
                words = gettext("“%(column)s” is there twice in the first row. Leave one out.")
                raise refuse(name, words % {"column": text[:100]})
            taken.add(name)
        found.append(heading)
    return tuple(found)


def check_headings(headings: Sequence[Heading]) -> None:
    """Raises `ValidationFailed` for a heading that is no column, and where none is one."""
    for each in headings:
        if each.is_unknown:
            words = gettext("There is no column “%(column)s”. Leave it out, or say which one it is.")
            raise refuse(each.text[:100], words % {"column": each.text[:100]})
    if not any(each.field for each in headings):
        raise refuse("file", gettext("No heading is a column of this table."))


def _heading(
    targets: Sequence[Column | Links], text: str, columns: Mapping[str, str | None], taken: set[str]
) -> Heading:
    if text in columns:
        wanted = columns[text]
        if wanted is None:
            return Heading(text)
        named = [each for each in targets if _name(each) == wanted]
        if not named:
            raise refuse(wanted[:100], gettext("There is no column “%(column)s”.") % {"column": wanted[:100]})
        return _of(text, named[0])
    fitting = list(_fitting(targets, text))
    if not fitting:
        return Heading(text, is_unknown=bool(text))
    return _of(text, next((each for each in fitting if _name(each) not in taken), fitting[0]))


def _fitting(targets: Sequence[Column | Links], text: str) -> Iterator[Column | Links]:
    """By its exact name, then by its name or title in any case; links by their words."""
    folded = text.casefold()
    yield from (each for each in targets if _name(each) == text)
    yield from (each for each in targets if isinstance(each, Column) and folded == each.name.casefold())
    # Of columns with one title, the last.
    labelled = [each for each in targets if isinstance(each, Column) and folded == each.label.casefold()]
    yield from reversed(labelled)
    yield from (each for each in targets if isinstance(each, Links) and folded == each.label.casefold())


def _name(target: Column | Links) -> str:
    return target.name if isinstance(target, Column) else target.field


def _of(text: str, target: Column | Links) -> Heading:
    return Heading(text, column=target) if isinstance(target, Column) else Heading(text, links=target)
