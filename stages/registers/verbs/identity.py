"""Records that are one thing, and one that is two."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from kernel.errors import Conflict
from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import Payload
from stages.registers.schema import Schema
from stages.registers.schema.values import refuse
from stages.registers.verbs.finding import NewId, make_id, record_of, table_of


def merge(acts: Acts, schema: Schema, survivor: str, absorbed: str) -> list[Payload]:
    """Two records are the same thing. Raises `Conflict` for one and itself."""
    one, other = record_of(acts, survivor), record_of(acts, absorbed)
    if one.id == other.id:
        raise Conflict(gettext("These are one record already."), record=one.id)
    return acts.merge(one.id, other.id)


def split_off(
    acts: Acts, schema: Schema, record: str, facets: Sequence[str], *, new_id: NewId = make_id
) -> tuple[list[Payload], str]:
    """Give tables of a record to a new record; also answers its id."""
    found = record_of(acts, record)
    if not facets:
        raise refuse("facets", gettext("Name at least one table."))
    for facet in facets:
        table = table_of(schema, facet)
        if facet not in found.fields:
            words = gettext("The record is not in %(table)s.") % {"table": table.label}
            raise Conflict(words, record=found.id, table=facet)
    if len(set(facets)) == len(found.fields):
        raise Conflict(gettext("Nothing would be left of this record."), record=found.id)
    new_entity = new_id()
    return acts.split_off(found.id, new_entity, set(facets)), new_entity


def split_back(acts: Acts, schema: Schema, record: str, member: str) -> list[Payload]:
    """Take a record that was merged into another one out of it again. Raises `Conflict` for one that never was."""
    found = record_of(acts, record)
    if member == found.id or member not in found.facts.members:
        raise Conflict(gettext("This was never merged into the record."), record=found.id, member=member)
    return acts.split_back(found.id, member)
