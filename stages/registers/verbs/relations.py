"""Relations between tables, and saved views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.utils.translation import gettext

from kernel.errors import Conflict, NotFound
from stages.registers.fold.acts import Acts
from stages.registers.fold.ids import RELATION, SAVED_VIEW, schema_id
from stages.registers.fold.payloads import Payload
from stages.registers.schema import TYPES, Relation, Schema
from stages.registers.schema.model import CRDT_TYPES
from stages.registers.schema.reading import PROPERTY_PREFIX
from stages.registers.schema.values import refuse
from stages.registers.verbs import schema_records
from stages.registers.verbs.finding import new_name, new_title, table_of
from stages.registers.verbs.limits import MAX_PROPERTIES, MAX_RELATIONS, MAX_VIEWS

MAX_QUERY: Final = 4_000
# The property of an edge that says that somebody has looked at both ends.
CONFIRMED: Final = "confirmed"


def add_relation(acts: Acts, schema: Schema, relation: Relation) -> list[Payload]:
    """A kind of links, such as "verifies" from tests to requirements."""
    new_name(relation.type, "type")
    if relation.type in schema.relations:
        words = gettext("There is a relation “%(relation)s” already.") % {"relation": relation.type}
        raise Conflict(words, relation=relation.type)
    if len(schema.relations) >= MAX_RELATIONS:
        raise Conflict(gettext("A project has at most %(most)s relations.") % {"most": MAX_RELATIONS})
    _check(schema, relation)
    entity = schema_id(schema.project, RELATION, relation.type)
    return schema_records.put(acts, entity, RELATION, _values_of(relation))


def change_relation(acts: Acts, schema: Schema, type_: str, changes: Mapping[str, Any]) -> list[Payload]:
    """Change `title`, `inverse` or `properties` of a relation."""
    before = _relation_of(schema, type_)
    for member in changes:
        if member not in ("title", "inverse", "properties"):
            raise refuse(member[:100], gettext("This cannot be changed about a relation."))
    after = replace(before, **changes)
    _check(schema, after)
    gone = {f"{PROPERTY_PREFIX}{name}": None for name in before.properties if name not in after.properties}
    return schema_records.change(acts, before.entity, RELATION, _values_of(after) | gone)


def remove_relation(acts: Acts, schema: Schema, type_: str) -> list[Payload]:
    """Take a relation away; its links stay."""
    return schema_records.remove(acts, [_relation_of(schema, type_).entity])


def save_view(acts: Acts, schema: Schema, facet: str, name: str, query: str) -> list[Payload]:
    """Keep a filter, order and choice of columns under a name, or change what is kept under it."""
    table = table_of(schema, facet)
    new_name(name, "name")
    if len(query) > MAX_QUERY or any(ord(each) < 32 or 0xD800 <= ord(each) < 0xE000 for each in query):
        raise refuse("query", gettext("Not the part of an address, of at most 4,000 characters."))
    views = schema.views_of(facet)
    if len(views) >= MAX_VIEWS and all(each.name != name for each in views):
        raise Conflict(gettext("A table has at most %(most)s views.") % {"most": MAX_VIEWS})
    entity = schema_id(schema.project, SAVED_VIEW, table.facet, name)
    return schema_records.put(acts, entity, SAVED_VIEW, {"table": facet, "name": name, "query": query})


def remove_view(acts: Acts, schema: Schema, facet: str, name: str) -> list[Payload]:
    found = [each.entity for each in schema.views_of(table_of(schema, facet).facet) if each.name == name]
    if not found:
        raise NotFound(gettext("There is no view “%(view)s”.") % {"view": name[:100]})
    return schema_records.remove(acts, found)


def _relation_of(schema: Schema, type_: str) -> Relation:
    if type_ not in schema.relations:
        raise NotFound(gettext("There is no relation “%(relation)s”.") % {"relation": type_[:100]})
    return schema.relations[type_]


def _check(schema: Schema, relation: Relation) -> None:
    new_title(relation.title, "title")
    new_title(relation.inverse, "inverse")
    for member, facet in (("source", relation.source), ("target", relation.target)):
        if facet and schema.table(facet) is None:
            raise refuse(member, gettext("There is no table “%(table)s”.") % {"table": facet[:100]})
    if len(relation.properties) > MAX_PROPERTIES:
        raise refuse("properties", gettext("A relation has at most %(most)s properties.") % {"most": MAX_PROPERTIES})
    for name, type_ in relation.properties.items():
        new_name(name, "properties")
        if name == CONFIRMED or len(name) > 80:
            raise refuse("properties", gettext("“%(name)s” is no name for a property.") % {"name": name[:80]})
        if type_ not in TYPES or type_ in CRDT_TYPES[1:]:
            words = gettext("There is no type “%(type)s” for properties.") % {"type": str(type_)[:100]}
            raise refuse("properties", words)


def _values_of(relation: Relation) -> dict[str, Any]:
    properties = {f"{PROPERTY_PREFIX}{name}": type_ for name, type_ in relation.properties.items()}
    return {
        "type": relation.type,
        "title": relation.title,
        "inverse": relation.inverse,
        "source": relation.source,
        "target": relation.target,
        "ordered": relation.ordered,
        **properties,
    }
