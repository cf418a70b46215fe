"""What differs at two sites, by its name: records, links between them, and mappings of columns."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from django.utils.translation import ngettext

from stages.registers.fold.effects import Pair
from stages.registers.fold.ids import pair_id
from stages.registers.models import Edge, Mapping
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader

_ARROW: Final = "→ "


def named_entities(project_id: UUID, entities: Collection[str]) -> dict[str, Named]:
    """What records are called, and links by the record that they lead from, with the one that they lead to."""
    if not entities:
        return {}
    edges = {str(each.id): each for each in Edge.objects.filter(project_id=project_id, id__in=entities)}
    ends = (str(end) for each in edges.values() for end in (each.source, each.target))
    names = names_of(Reader(project_id), [*(each for each in entities if each not in edges), *ends])
    return {each: _of_link(edges[each], names) if each in edges else names[each] for each in entities}


def names_of_mappings(project_id: UUID, mappings: Collection[str]) -> list[str]:
    """The two columns of each mapping; one that is at the other site only is counted with its like, as the last."""
    if not mappings:
        return []
    rows = Mapping.objects.filter(project_id=project_id).values_list("facet_a", "field_a", "facet_b", "field_b")
    here: list[Pair] = [((facet_a, field_a), (facet_b, field_b)) for facet_a, field_a, facet_b, field_b in rows]
    pairs = {pair_id(pair): pair for pair in here}
    reader = Reader(project_id)
    found = [_of_mapping(reader, pairs[each]) for each in mappings if each in pairs]
    if count := sum(each not in pairs for each in mappings):
        words = ngettext("{n} mapping that is not here", "{n} mappings that are not here", count)
        found.append(words.format(n=count))
    return found


def labels_of(project_id: UUID, entities: Collection[str], mappings: Collection[str]) -> list[str]:
    """All of it in short names."""
    named = named_entities(project_id, entities).values()
    labels = (f"{each.label} {each.text}" if each.text.startswith(_ARROW) else each.label for each in named)
    return [*labels, *names_of_mappings(project_id, mappings)]


def _of_link(edge: Edge, names: dict[str, Named]) -> Named:
    source, target = names[str(edge.source)], names[str(edge.target)]
    return Named(source.record, source.label, f"{_ARROW}{target.label}", source.facet, source.gone)


def _of_mapping(reader: Reader, pair: Pair) -> str:
    return " = ".join(_of_column(reader, facet, name) for facet, name in pair)


def _of_column(reader: Reader, facet: str, name: str) -> str:
    table = reader.table(facet)
    column = table.column(name)
    return f"{table.label} · {column.label if column else name}"
