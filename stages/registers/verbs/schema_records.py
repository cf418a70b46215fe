"""Records of the schema, made and changed: only what differs is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stages.registers.fold.acts import Acts
from stages.registers.fold.payloads import AttachFacet, CreateEntity, DeleteEntity, Payload, SetField
from stages.registers.fold.values import spell
from stages.registers.fold.views import Record


def put(acts: Acts, entity: str, facet: str, values: Mapping[str, Any]) -> list[Payload]:
    """The payloads after which a record shows these values, and none in its other fields.

    An empty text, False, and None are the same as nothing. Where values stand side by side, one of them is written too.
    """
    found = acts.increment.storage.records.get(entity)
    wanted = {name: value for name, value in values.items() if value not in (None, "", False)}
    payloads: list[Payload] = []
    if found is None or not found.alive:
        payloads.append(CreateEntity(entity))
    if found is None or not any(each[1] == facet and life.attached for each, life in found.facts.facets.items()):
        payloads.append(AttachFacet(entity, facet))
    known, apart = _known(found, facet), _apart(found, facet)
    for name, value in wanted.items():
        if name not in known or name in apart or spell(known[name]) != spell(value):
            payloads.append(SetField(entity, facet, name, value))
    payloads += [SetField(entity, facet, name, None, unset=True) for name in sorted(known.keys() - wanted.keys())]
    return payloads


def change(acts: Acts, entity: str, facet: str, values: Mapping[str, Any]) -> list[Payload]:
    """The payloads after which a living record shows these values; its other fields stay."""
    found = acts.increment.storage.records.get(entity)
    known, apart = _known(found, facet), _apart(found, facet)
    payloads: list[Payload] = []
    for name, value in values.items():
        if value in (None, "", False):
            if name in known and known[name] not in (None, "", False):
                payloads.append(SetField(entity, facet, name, None, unset=True))
        elif name not in known or name in apart or spell(known[name]) != spell(value):
            payloads.append(SetField(entity, facet, name, value))
    return payloads


def remove(acts: Acts, entities: Iterable[str]) -> list[Payload]:
    """The payloads that delete records of the schema."""
    payloads: list[Payload] = []
    for entity in entities:
        found = acts.increment.storage.records.get(entity)
        if found is not None and found.alive:
            payloads += [DeleteEntity(member) for member in found.facts.members]
    return payloads


def existed(acts: Acts, entity: str) -> bool:
    """Whether there was ever a record with this id."""
    return acts.increment.storage.records.get(entity) is not None


def _apart(found: Record | None, facet: str) -> set[str]:
    """The fields of a record in which different values stand side by side."""
    if found is None:
        return set()
    tips = ((field, each) for field, each in found.facts.tips.items() if field.facet == facet)
    return {field.name for field, each in tips if len({(tip.unset, spell(tip.value)) for tip in each}) > 1}


def _known(found: Record | None, facet: str) -> dict[str, Any]:
    """What the fields of a record hold, of one that was deleted too."""
    if found is None:
        return {}
    return {
        field.name: tips[-1].value
        for field, tips in sorted(found.facts.tips.items())
        if field.facet == facet and not tips[-1].unset
    }
