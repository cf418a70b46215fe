"""What somebody else has changed since it was staged: only that has to be decided before a commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.increment import Increment
from stages.registers.fold.members import EDGE_PREFIX
from stages.registers.fold.payloads import CreateEntity, DeleteEntity, Payload, SetField
from stages.registers.fold.storage import Derived
from stages.registers.fold.values import spell
from stages.registers.fold.views import shown_value, values_of

KEEP_MINE: Final = "keep_mine"
USE_CANONICAL: Final = "use_canonical"
CHOICES: Final = (KEEP_MINE, USE_CANONICAL)


@dataclass(frozen=True, slots=True)
class Drift:
    """A field that holds something else than when it was staged; without a `field`, a record that was deleted.

    `raws` are the raw fields behind it.
    """

    entity: str
    facet: str
    field: str
    mine: Any
    canonical: Any
    raws: tuple[Field, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.entity, self.facet, self.field

    def body(self) -> dict[str, Any]:
        return {
            "entity_id": self.entity,
            "table": self.facet,
            "field": self.field,
            "mine": self.mine,
            "canonical": self.canonical,
        }


def spell_field(field: Field) -> str:
    """A raw field as a key of `Overlay.bases`."""
    return "|".join(field)


def bases_of(storage: Derived, payloads: Iterable[Payload], known: Mapping[str, Any]) -> dict[str, list[str]]:
    """The operations whose values are in the fields that payloads set, for those that are not known yet."""
    found: dict[str, list[str]] = {}
    for payload in payloads:
        if isinstance(payload, SetField):
            field = Field(payload.entity_id, payload.facet_type, payload.field_name)
            if (name := spell_field(field)) not in known:
                found[name] = [tip.op_id for tip in values_of(storage.fields.get(field) or ())]
    return found


def drifts_of(increment: Increment, payloads: Sequence[Payload], bases: Mapping[str, Sequence[str]]) -> list[Drift]:
    """What has drifted, on the state without the overlay."""
    storage, identity = increment.storage, increment.identity
    staged: dict[Field, Any] = {}
    for payload in payloads:
        if isinstance(payload, SetField):
            staged[Field(payload.entity_id, payload.facet_type, payload.field_name)] = payload.value
    found: dict[tuple[str, str, str], Drift] = {}
    for field, mine in staged.items():
        if field.facet.startswith(EDGE_PREFIX):
            place = field.entity
        else:
            place = identity.place(field.entity, field.facet)
            record = storage.records.get(place)
            if record is not None and not record.alive and not _deletes(payloads, place):
                gone = found.setdefault((place, "", ""), Drift(place, "", "", None, None, ()))
                found[gone.key] = Drift(place, "", "", None, None, (*gone.raws, field))
                continue
        tips = values_of(storage.fields.get(field) or ())
        if {tip.op_id for tip in tips} == set(bases.get(spell_field(field), ())):
            continue
        canonical = shown_value(tips) if tips else None
        if spell(canonical) != spell(mine):
            key = (place, field.facet, field.name)
            raws = (*found[key].raws, field) if key in found else (field,)
            found[key] = Drift(*key, mine, canonical, raws)
    return list(found.values())


def settled(
    acts: Acts, payloads: Sequence[Payload], drifts: Sequence[Drift], choices: Mapping[tuple[str, str, str], str]
) -> list[Payload]:
    """The payloads once drift was decided: what is not kept is left out; deleted records that are kept come back."""
    dropped: set[Field] = set()
    dead: set[str] = set()
    restored: list[Payload] = []
    for drift in drifts:
        if choices[drift.key] == KEEP_MINE:
            if not drift.field:
                restored += acts.restore(drift.entity)
        elif drift.field:
            dropped.update(drift.raws)
        else:
            dead.add(drift.entity)
    kept = [each for each in payloads if not _is_dropped(acts, each, dropped, dead)]
    return [*restored, *kept]


def _is_dropped(acts: Acts, payload: Payload, dropped: set[Field], dead: set[str]) -> bool:
    if isinstance(payload, SetField) and Field(payload.entity_id, payload.facet_type, payload.field_name) in dropped:
        return True
    ends = (getattr(payload, name, None) for name in ("entity_id", "source", "target", "survivor", "absorbed"))
    return any(acts.increment.identity.root(each) in dead for each in ends if isinstance(each, str))


def _deletes(payloads: Sequence[Payload], place: str) -> bool:
    """Whether the overlay itself deletes or restores a record."""
    return any(isinstance(each, CreateEntity | DeleteEntity) and each.entity_id == place for each in payloads)
