"""What a bundle of this site may do: types, references and uniqueness, on the state before it.

Verbs have asked this already, and named rows; here payloads are asked that come from elsewhere, such as hooks. What
other sites wrote is never asked: all that is well-formed counts, and what does not fit is shown so. Neither is undo.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext

from kernel.errors import Conflict, NotFound, PayloadTooLarge, PermissionDenied
from stages.registers.catalogue import SCHEMA, is_system, system_facet
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Subject
from stages.registers.fold.headers import MAX_OPERATIONS
from stages.registers.fold.identity import Identity
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import (
    AttachFacet,
    ConfirmFieldMapping,
    CreateEdge,
    CreateEntity,
    CreateOrderedEdge,
    DeleteEdge,
    DeleteEntity,
    DetachFacet,
    MergeEntities,
    MoveOrderedEdge,
    Payload,
    SetCRDTField,
    SetField,
    SplitEntity,
)
from stages.registers.fold.views import Record
from stages.registers.schema import Column, Schema
from stages.registers.schema.keys import MAX_KEY_NUMBER, key_number
from stages.registers.schema.linked import LINKED_TABLES
from stages.registers.schema.model import KEY_COLUMN
from stages.registers.schema.reading import changes_schema
from stages.registers.schema.values import check_value, refuse
from stages.registers.verbs.cells import check_reference, check_unique
from stages.registers.verbs.finding import column_of, edge_of, table_of
from stages.registers.verbs.links import check_properties, find_link, relation_of
from stages.registers.verbs.problems import Problems
from stages.registers.verbs.relations import CONFIRMED
from stages.registers.verbs.texts import shared_column


def check_payloads(
    at: Acts | Increment, schema: Schema, payloads: Iterable[Payload], *, system: Collection[str] = frozenset()
) -> None:
    """Refuse payloads that cannot be written here. `system` are the facets of other apps that the caller may write.

    Raises `NotFound`, `ValidationFailed` naming a column, `Conflict`, `PermissionDenied`, and `PayloadTooLarge` for
    more than 10,000 payloads.
    """
    listed = list(payloads)
    if len(listed) > MAX_OPERATIONS:
        words = gettext("At most %(most)s changes are written at once.") % {"most": f"{MAX_OPERATIONS:,}"}
        raise PayloadTooLarge(words, count=len(listed))
    acts = at if isinstance(at, Acts) else Acts(at)
    if changes_schema(listed):
        schema = Schema.read(acts.increment.storage, schema.project, listed)
    checking = _Checking(acts, schema, frozenset(system))
    for payload in listed:
        checking.take(payload)
    problems = Problems()
    check_unique(acts, checking.values.values(), problems)
    problems.check()


@dataclass(slots=True)
class _Checking:
    """One bundle, from its first payload to its last. What it does itself counts for what follows in it."""

    acts: Acts
    schema: Schema
    system: frozenset[str]
    created: set[str] = field(default_factory=set)
    attached: set[tuple[str, str]] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    edges: set[str] = field(default_factory=set)
    values: dict[tuple[str, str], tuple[int | None, str, Column, Any]] = field(default_factory=dict)

    def take(self, payload: Payload) -> None:
        check = _CHECKS.get(type(payload))
        if check is not None:
            check(self, payload)

    @property
    def identity(self) -> Identity:
        return self.acts.increment.identity

    def create(self, payload: CreateEntity) -> None:
        self.check_owner(payload.entity_id, SCHEMA)
        self.created.add(payload.entity_id)
        self.gone.discard(self.identity.root(payload.entity_id))

    def delete(self, payload: DeleteEntity) -> None:
        root = self.identity.root(payload.entity_id)
        self.check_owner(payload.entity_id, SCHEMA)
        # A record that others were merged into is deleted with all of them.
        if root not in self.gone:
            self.end(payload.entity_id)
        self.created.discard(payload.entity_id)
        self.gone.add(root)

    def attach(self, payload: AttachFacet) -> None:
        self.check_facet(payload.facet_type)
        if payload.entity_id not in self.created:
            self.living(payload.entity_id)
        self.attached.add((payload.entity_id, payload.facet_type))

    def detach(self, payload: DetachFacet) -> None:
        self.check_facet(payload.facet_type)
        self.check_attached(payload.entity_id, payload.facet_type)

    def set_field(self, payload: SetField) -> None:
        if payload.facet_type.startswith(EDGE_PREFIX):
            self.set_property(payload)
            return
        self.check_facet(payload.facet_type)
        self.check_attached(payload.entity_id, payload.facet_type)
        if payload.unset:
            return
        column = self.column(payload.facet_type, payload.field_name)
        value = check_value(column, payload.value)
        if payload.field_name == KEY_COLUMN:
            self.check_key(payload.facet_type, value)
        record = self.identity.place(payload.entity_id, payload.facet_type)
        if isinstance(value, dict) and not self.names_new(value):
            check_reference(self.acts, self.schema, column, value)
        if column.unique:
            self.values[record, f"{payload.facet_type}:{payload.field_name}"] = (None, record, column, value)

    def set_property(self, payload: SetField) -> None:
        if payload.entity_id not in self.edges:
            edge = edge_of(self.acts, payload.entity_id)
            if payload.facet_type != f"{EDGE_PREFIX}{edge.facts.ends.type or ''}":
                raise Conflict(gettext("The link is of another kind."), edge=edge.id)
        if payload.field_name != CONFIRMED and not payload.unset:
            type_ = payload.facet_type.removeprefix(EDGE_PREFIX) or None
            check_properties(self.acts, self.schema, type_, {payload.field_name: payload.value})

    def type_text(self, payload: SetCRDTField) -> None:
        self.check_facet(payload.facet_type)
        self.check_attached(payload.entity_id, payload.facet_type)
        shared_column(self.schema, payload.facet_type, payload.field_name)

    def link(self, payload: CreateEdge | CreateOrderedEdge) -> None:
        storage = self.acts.increment.storage
        known = storage.edges.get(payload.edge_id)
        if payload.edge_id in self.edges or (known is not None and known.facts.alive and not known.facts.contested):
            raise Conflict(gettext("There is this link already."), edge=payload.edge_id)
        self.edges.add(payload.edge_id)
        source, target = (self.end(each) for each in (payload.source, payload.target))
        for end in (source, target):
            self.check_owner(end, LINKED_TABLES)
        if source == target:
            raise Conflict(gettext("A link leads from one record to another one."), record=source)
        relation_of(self.schema, payload.edge_type)
        check_properties(self.acts, self.schema, payload.edge_type, payload.properties)
        if known is None and (found := find_link(self.acts, source, target, payload.edge_type)):
            raise Conflict(gettext("There is this link already."), edge=found.id)

    def unlink(self, payload: DeleteEdge) -> None:
        if payload.edge_id not in self.edges:
            edge_of(self.acts, payload.edge_id)
        self.edges.discard(payload.edge_id)

    def move(self, payload: MoveOrderedEdge) -> None:
        if payload.edge_id not in self.edges and not edge_of(self.acts, payload.edge_id).facts.ends.ordered:
            raise Conflict(gettext("Links of this kind have no order."), edge=payload.edge_id)

    def map_fields(self, payload: ConfirmFieldMapping) -> None:
        for facet, name in payload.pair:
            column_of(table_of(self.schema, facet), name)

    def merge(self, payload: MergeEntities) -> None:
        one, other = self.end(payload.survivor), self.end(payload.absorbed)
        for each in (one, other):
            self.check_owner(each)
        if one == other and not self.is_clash(payload.absorbed):
            raise Conflict(gettext("These are one record already."), record=one)

    def split(self, payload: SplitEntity) -> None:
        if self.identity.root(payload.source) in self.created:
            return
        record = self.living(payload.source)
        self.check_owner(record.id)
        for facet in payload.facets:
            if facet not in record.fields:
                words = gettext("The record is not in %(table)s.") % {"table": facet}
                raise Conflict(words, record=record.id, table=facet)
        is_member = payload.new_entity in record.facts.members and payload.new_entity != record.id
        exists = self.acts.increment.storage.lives.get(Subject("entity", payload.new_entity)) is not None
        if not is_member and (exists or not payload.facets) and not self.is_clash(payload.new_entity):
            words = gettext("This was never merged into the record.")
            raise Conflict(words, record=record.id, member=payload.new_entity)

    # What the checks have in common

    def living(self, entity: str) -> Record:
        root = self.identity.root(entity)
        found = self.acts.increment.storage.records.get(root)
        if found is None or not found.alive or root in self.gone:
            raise NotFound(gettext("There is no record %(record)s.") % {"record": entity}, record=entity)
        return found

    def check_owner(self, entity: str, others: Collection[str] = ()) -> None:
        """Refuse an act at a record of the program, but one of the caller's facets or of `others`."""
        found = self.acts.increment.storage.records.get(self.identity.root(entity))
        for facet in found.fields if found else ():
            if is_system(facet) and facet not in self.system and facet not in others:
                raise PermissionDenied(gettext("“%(table)s” is written by Foundry only.") % {"table": facet})

    def end(self, entity: str) -> str:
        return entity if entity in self.created else self.living(entity).id

    def is_clash(self, entity: str) -> bool:
        return bool(self.identity.clashes.get(entity))

    def names_new(self, value: dict[str, Any]) -> bool:
        """Whether a value names a record that this bundle makes."""
        return value.get("entity") in self.created

    def check_facet(self, facet: str) -> None:
        if is_system(facet):
            if facet not in SCHEMA and facet not in self.system:
                raise PermissionDenied(gettext("“%(table)s” is written by Foundry only.") % {"table": facet})
        else:
            table_of(self.schema, facet)

    def check_key(self, facet: str, key: object) -> None:
        """Refuse a number after which a table would soon have no next key."""
        table = self.schema.table(facet)
        if table is not None and (key_number(table.key_prefix, key) or 0) > MAX_KEY_NUMBER:
            raise refuse(KEY_COLUMN, gettext("The number of a key has at most 12 digits."))

    def check_attached(self, entity: str, facet: str) -> None:
        if (entity, facet) in self.attached:
            return
        place = self.identity.place(entity, facet)
        known = self.acts.increment.storage.records.get(place)
        found = known if place in self.created or entity in self.created else self.living(place)
        life = found.facts.facets.get((entity, facet)) if found else None
        if life is None or not life.attached:
            words = gettext("The record is not in %(table)s.") % {"table": facet}
            raise Conflict(words, record=place, table=facet)

    def column(self, facet: str, name: str) -> Column:
        if (known := system_facet(facet)) is None:
            return column_of(table_of(self.schema, facet), name)
        return known.column(name) or Column(name)


_CHECKS: Final[dict[type[Payload], Callable[[_Checking, Any], None]]] = {
    CreateEntity: _Checking.create,
    DeleteEntity: _Checking.delete,
    AttachFacet: _Checking.attach,
    DetachFacet: _Checking.detach,
    SetField: _Checking.set_field,
    SetCRDTField: _Checking.type_text,
    CreateEdge: _Checking.link,
    CreateOrderedEdge: _Checking.link,
    DeleteEdge: _Checking.unlink,
    MoveOrderedEdge: _Checking.move,
    ConfirmFieldMapping: _Checking.map_fields,
    MergeEntities: _Checking.merge,
    SplitEntity: _Checking.split,
}
