"""Facets that belong to the program and not to people: the schema, and what other apps keep in records.

An app names its facet in `AppConfig.ready()`; its records are replicated as all others, are in no table of people, and
are written by the services of that app only.

    catalogue.define("automation.rule", [Column("name"), Column("enabled", BOOLEAN)])
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kernel.registry import Registry
from stages.registers.fold.ids import COLUMN, RELATION, SAVED_VIEW, TABLE
from stages.registers.schema.model import BOOLEAN, FLOAT, Column
from stages.registers.schema.reading import OPTION_POSITION_PREFIX, OPTION_PREFIX, PROPERTY_PREFIX


@dataclass(frozen=True, slots=True)
class SystemFacet:
    """A facet with its columns; fields whose names begin with one of `prefixes` have the type that is given there."""

    name: str
    columns: tuple[Column, ...]
    prefixes: tuple[Column, ...] = ()

    def column(self, name: str) -> Column | None:
        of_name = (each for each in self.columns if each.name == name)
        of_prefix = (each for each in self.prefixes if name.startswith(each.name))
        return next(of_name, None) or next(of_prefix, None)


FACETS: Final = Registry[SystemFacet]("system facet")

# The part of names that tables of people never have.
SYSTEM_PREFIX: Final = "foundry."


def define(facet: str, columns: Iterable[Column]) -> SystemFacet:
    """Name a facet of an app with its columns. Raises `ValueError` where another one has the name."""
    return FACETS.register(facet, SystemFacet(facet, tuple(columns)))


def is_system(facet: str) -> bool:
    """Whether a facet belongs to the program, one of a version to come included."""
    return facet.startswith(SYSTEM_PREFIX) or facet in FACETS or facet in SCHEMA


def system_facet(facet: str) -> SystemFacet | None:
    return SCHEMA.get(facet) or FACETS.get(facet)


def _texts(*names: str) -> list[Column]:
    return [Column(name) for name in names]


SCHEMA: Final = {
    each.name: each
    for each in (
        SystemFacet(TABLE, (*_texts("facet", "title", "key_prefix"), Column("position", FLOAT))),
        SystemFacet(
            COLUMN,
            (
                *_texts("table", "name", "title", "type", "target"),
                *(Column(name, BOOLEAN) for name in ("crdt", "unique", "traced", "reference")),
                Column("position", FLOAT),
            ),
            (Column(OPTION_POSITION_PREFIX, FLOAT), Column(OPTION_PREFIX)),
        ),
        SystemFacet(
            RELATION,
            (*_texts("type", "title", "inverse", "source", "target"), Column("ordered", BOOLEAN)),
            (Column(PROPERTY_PREFIX),),
        ),
        SystemFacet(SAVED_VIEW, tuple(_texts("table", "name", "query"))),
    )
}
