"""What the targets of changes of records hold now, and how that is written in proposals.

A content is `{"sha256", "language", "value"}`, where the hash is that of the value's text; so proposals show and hash
it as they do the text of a field. A field with values side by side has them in `beside`: that is another content.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from blobs.models import sha256_of
from kernel.canonical import canonical
from stages.registers.fold.effects import Field, Subject
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.proposing.targets import RecordTarget

Content = dict[str, Any] | None


def content_of(value: Any, beside: Iterable[str] = ()) -> Content:
    """The content of a value, None for None."""
    if value is None:
        return None
    content = {"sha256": sha256_of(text_of(value).encode()), "language": None, "value": value}
    others = sorted(beside)
    return {**content, "beside": others} if others else content


def text_of(value: Any) -> str:
    """A value as text: a text as it is, the value of a field if it is a text, and JSON of all others."""
    shown = value["value"] if isinstance(value, dict) and set(value) == {"value"} else value
    return shown if isinstance(shown, str) else canonical(shown)


def contents_now(increment: Increment, targets: Iterable[RecordTarget]) -> dict[str, Content]:
    """What targets hold in a state, by their spelling."""
    return {str(target): _READERS[target.word](increment, *target.parts) for target in targets}


def _record(at: Increment, entity: str) -> Content:
    life = at.storage.lives.get(Subject("entity", entity))
    found = at.storage.records.get(at.identity.root(entity))
    return content_of(found is not None and found.alive) if life else None


def _facet(at: Increment, entity: str, facet: str) -> Content:
    life = at.storage.lives.get(Subject("facet", entity, facet))
    return content_of(life.alive) if life else None


def _field(at: Increment, entity: str, facet: str, name: str) -> Content:
    if facet.startswith(EDGE_PREFIX):
        edge = at.storage.edges.get(entity)
        return content_of({"value": edge.properties[name]}) if edge and name in edge.properties else None
    record = at.storage.records.get(at.identity.place(entity, facet))
    shown = record.fields.get(facet, {}).get(name) if record else None
    if record is None or shown is None:
        return None
    beside = next(
        (
            each.values
            for each in record.conflicts
            if each.kind == "field" and (each.facet, each.field) == (facet, name)
        ),
        (),
    )
    return content_of({"value": shown.value}, beside)


def _text(at: Increment, entity: str, facet: str, name: str) -> Content:
    document = at.storage.documents.get(Field(entity, facet, name))
    return content_of(document.text) if document else None


def _edge(at: Increment, edge: str) -> Content:
    found = at.storage.edges.get(edge)
    if found is None or not found.shown:
        return None
    ends = found.facts.ends
    named = {"type": ends.type, "source": ends.source, "target": ends.target}
    return content_of({**named, "index": found.index, "properties": found.properties})


def _index(at: Increment, edge: str) -> Content:
    found = at.storage.edges.get(edge)
    return content_of(found.index) if found and found.shown else None


def _mapping(at: Increment, facet_a: str, field_a: str, facet_b: str, field_b: str) -> Content:
    found = at.storage.mappings.get(((facet_a, field_a), (facet_b, field_b)))
    return content_of(bool(found.last.value)) if found else None


def _merge(at: Increment, survivor: str, absorbed: str) -> Content:
    return content_of(at.identity.root(survivor) == at.identity.root(absorbed))


def _split(at: Increment, source: str, new_entity: str) -> Content:
    moved = at.identity.moved_to(new_entity)
    return content_of(sorted(facet for _entity, facet in moved)) if moved else None


_READERS: Final[Mapping[str, Callable[..., Content]]] = {
    "record": _record,
    "facet": _facet,
    "field": _field,
    "text": _text,
    "edge": _edge,
    "index": _index,
    "mapping": _mapping,
    "merge": _merge,
    "split": _split,
}
