"""Records of other apps that people may link to: their facets, read as tables that nobody writes by hand.

An app names such a facet in `AppConfig.ready()`, beside its columns in `catalogue.define`. Relations may end at it, the
traceability matrix shows it, and links are suspect after one of its traced columns has changed.

    link_to("foundry.passage", title=_("Passages"), columns=COLUMNS, address_of=address_of_passage)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise

from kernel.registry import Registry
from stages.registers.schema.model import Column, Table

# The page of a record, by its project, its id and what it shows.
AddressOf = Callable[[UUID, str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """How the records of a facet are read, and where they are shown."""

    facet: str
    title: Promise | str
    columns: tuple[Column, ...]
    address_of: AddressOf

    @property
    def table(self) -> Table:
        return Table(self.facet, str(self.title), columns=self.columns)


LINKED_TABLES: Final = Registry[LinkedTable]("linked table")


def link_to(facet: str, *, title: Promise | str, columns: Iterable[Column], address_of: AddressOf) -> None:
    """Let links lead to the records of a facet of an app."""
    LINKED_TABLES.register(facet, LinkedTable(facet, title, tuple(columns), address_of))


def linked_table(facet: str) -> Table | None:
    """How a facet of an app is read, None where links may not lead to its records."""
    found = LINKED_TABLES.get(facet)
    return found.table if found else None
