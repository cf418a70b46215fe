"""Links that a script or a view stages, in words: their properties, by the kind of links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from stages.registers.models import Edge
from stages.registers.schema import Column, Relation
from stages.registers.schema.model import TEXT
from stages.registers.schema.values import show_text

NOTHING: Final = (None, "")


def property_words(relation: Relation | None, name: str, value: Any) -> str:
    """The value of a property as people read it."""
    type_ = relation.properties.get(name, TEXT) if relation is not None else TEXT
    return show_text(Column(name, type_), value)


def with_properties(name: str, relation: Relation | None, properties: Mapping[str, Any]) -> str:
    """What a link leads to, with the properties of the link by their names."""
    shown = [each for each in sorted(properties) if properties[each] not in NOTHING]
    return " · ".join([name, *(f"{each}: {property_words(relation, each, properties[each])}" for each in shown)])


def ends_of(project_id: UUID, edges: Collection[str]) -> dict[str, tuple[str, str]]:
    """The records that links of the project are between."""
    if not edges:
        return {}
    found = Edge.objects.filter(project=project_id, id__in=edges).values_list("id", "source", "target")
    return {str(edge): (str(source), str(target)) for edge, source, target in found}
