"""The registers of one project as they are stored, for one request: schema, mappings and identity are read once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from uuid import UUID

from stages.registers.fold.effects import IDENTITY, Field
from stages.registers.fold.facts import Classes
from stages.registers.fold.identity import Identity
from stages.registers.fold.views import Edge, Record, mapping_classes
from stages.registers.models import Row
from stages.registers.schema import Column, Schema, Table
from stages.registers.schema.stored import stored_schema
from stages.registers.storing.storage import PostgresStorage


class Reader:
    """Reads, and never writes."""

    def __init__(self, project_id: UUID) -> None:
        self.project_id = project_id

    @cached_property
    def storage(self) -> PostgresStorage:
        storage = PostgresStorage(self.project_id)
        storage.open()
        return storage

    @cached_property
    def schema(self) -> Schema:
        return stored_schema(self.storage)

    @cached_property
    def removed(self) -> Schema:
        """The tables that were taken away."""
        return Schema.read_removed(self.storage, str(self.project_id))

    @cached_property
    def removed_columns(self) -> list[Column]:
        """The columns that were taken away, as they were."""
        return Schema.read_removed_columns(self.storage)

    @cached_property
    def classes(self) -> Classes:
        return mapping_classes(dict(self.storage.mappings.items()))

    @cached_property
    def identity(self) -> Identity:
        return Identity(self.storage.operations_on(IDENTITY))

    def table(self, facet: str) -> Table:
        """A table; one that nobody has made has no columns."""
        return self.schema.table(facet) or Table(facet)

    def records(self, ids: Iterable[str]) -> dict[str, Record]:
        """These records, alive or not, as far as they are there."""
        wanted = list(dict.fromkeys(ids))
        self.storage.records.prefetch(wanted)
        return {each: found for each in wanted if (found := self.storage.records.get(each)) is not None}

    def edges(self, ids: Iterable[str]) -> dict[str, Edge]:
        """These edges, shown or not, as far as they are there."""
        wanted = list(dict.fromkeys(ids))
        self.storage.edges.prefetch(wanted)
        return {each: found for each in wanted if (found := self.storage.edges.get(each)) is not None}

    def roots(self, entities: Iterable[str]) -> dict[str, str]:
        """The records as which entities are shown; merges are looked up only for those that are no record."""
        wanted = list(dict.fromkeys(entities))
        shown = Row.objects.filter(project_id=self.project_id, record__in=wanted).values_list("record", flat=True)
        known = set(map(str, shown.distinct()))
        return {each: each if each in known else self.identity.root(each) for each in wanted}

    def place(self, field: Field) -> str:
        """The record at which a raw field is shown."""
        return self.identity.place(field.entity, field.facet)
