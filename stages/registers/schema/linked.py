"""Records of other apps that people may link to: their facets, read as tables that nobody writes by hand.

An app names such a facet in `AppConfig.ready()`, beside its columns in `catalogue.define`. Relations may end at it, the
traceability matrix shows it, and links are suspect after one of its traced columns has changed.

    link_to(Table("foundry.passage", gettext_lazy("Passages"), columns=(...)), address_of_passage)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kernel.registry import Registry
from stages.registers.schema.model import Table

# The page of a record, by its project, its id and what it shows.
AddressOf = Callable[[UUID, str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class LinkedTable:
    """How a facet is read, and where its records are shown."""

    table: Table
    address_of: AddressOf


LINKED_TABLES: Final = Registry[LinkedTable]("linked table")


def link_to(table: Table, address_of: AddressOf) -> None:
    """Let links lead to the records of a facet of an app."""
    LINKED_TABLES.register(table.facet, LinkedTable(table, address_of))


def linked_table(facet: str) -> Table | None:
    """How a facet of an app is read, None where links may not lead to its records."""
    found = LINKED_TABLES.get(facet)
    return found.table if found else None
