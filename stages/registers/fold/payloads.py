"""The payloads of operations: the seed's types, by its names and members.

`confirmed`, `resolves`, `unset` and `entities` are added.

As JSON, a payload is an object `{"type": "SetField", …}` with exactly the members of its class. An optional member that
has its default is left out. `read_payload` and `to_json` are inverse.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from dataclasses import field as dataclass_field
from typing import Any, ClassVar, Final

from stages.registers.fold.errors import Malformed, NeedsNewerVersion
from stages.registers.fold.members import (
    check_boolean,
    check_distinct,
    check_edge_type,
    check_facet,
    check_id,
    check_list,
    check_name,
)
from stages.registers.fold.ordering import check_index
from stages.registers.fold.values import check_value

MAX_DELTA: Final = 256 * 1024
MAX_ORDERING: Final = 10_000
MAX_FACETS: Final = 1_000
MAX_ENTITIES: Final = 10_000
MAX_PROPERTIES: Final = 100
MAX_RESOLVED: Final = 1_000

Check = Callable[[Any, str], Any]


def _member(check: Check, write: Callable[[Any], Any] | None = None) -> Any:
    return dataclass_field(metadata={"check": check, "write": write})


def _optional(check: Check, default: Any, write: Callable[[Any], Any] | None = None) -> Any:
    return dataclass_field(default=default, metadata={"check": check, "write": write})


def _read_delta(value: object, member: str) -> bytes:
    """A Yjs update (version 1) in padded base64; what is in it counts when it is replayed."""
    if not isinstance(value, str) or len(value) > MAX_DELTA * 4 // 3 + 4:
        raise Malformed(member, "not base64 of at most {most} bytes", most=MAX_DELTA)
    try:
        delta = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed(member, "not padded base64") from None
    if not 1 <= len(delta) <= MAX_DELTA or _write_delta(delta) != value:
        raise Malformed(member, "not padded base64 of 1 to {most} bytes", most=MAX_DELTA)
    return delta


def _write_delta(delta: bytes) -> str:
    return base64.b64encode(delta).decode("ascii")


def _check_properties(value: object, member: str) -> dict[str, Any]:
    if not isinstance(value, dict) or len(value) > MAX_PROPERTIES:
        raise Malformed(member, "not an object of at most {most} members", most=MAX_PROPERTIES)
    for name, each in value.items():
        check_name(name, f"{member}.{name[:100]}")
        check_value(each, f"{member}.{name}")
    return value


def _read_ordering(value: object, member: str) -> tuple[tuple[str, str], ...]:
    found = []
    for at, entry in enumerate(check_list(value, member, MAX_ORDERING, least=1)):
        edge_id, index = check_list(entry, f"{member}.{at}", 2, least=2)
        found.append((check_id(edge_id, f"{member}.{at}.0"), check_index(index, f"{member}.{at}.1")))
    check_distinct((edge_id for edge_id, _index in found), member)
    return tuple(found)


def _read_facets(value: object, member: str) -> tuple[str, ...]:
    facets = [check_name(each, f"{member}.{at}") for at, each in enumerate(check_list(value, member, MAX_FACETS))]
    check_distinct(facets, member)
    return tuple(facets)


def _read_ids(most: int) -> Check:
    def read(value: object, member: str) -> tuple[str, ...]:
        ids = [check_id(each, f"{member}.{at}") for at, each in enumerate(check_list(value, member, most, least=1))]
        check_distinct(ids, member)
        return tuple(ids)

    return read


def _write_ordering(ordering: tuple[tuple[str, str], ...]) -> list[list[str]]:
    return [list(each) for each in ordering]


@dataclass(frozen=True, slots=True)
class Payload:
    """What an operation does; made by `read_payload`, or unchecked by the program that writes it."""

    # Pairs of members that must not be equal.
    apart: ClassVar[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = ()

    @property
    def type(self) -> str:
        return type(self).__name__

    def to_json(self) -> dict[str, Any]:
        """The payload as an operation's text has it."""
        found: dict[str, Any] = {"type": self.type}
        for each in fields(self):
            value = getattr(self, each.name)
            if value != each.default:
                write = each.metadata["write"]
                found[each.name] = write(value) if write else value
        return found


@dataclass(frozen=True, slots=True)
class CreateEntity(Payload):
    """Begins a record, or brings a deleted one back."""

    entity_id: str = _member(check_id)


@dataclass(frozen=True, slots=True)
class DeleteEntity(Payload):
    entity_id: str = _member(check_id)


@dataclass(frozen=True, slots=True)
class AttachFacet(Payload):
    entity_id: str = _member(check_id)
    facet_type: str = _member(check_name)


@dataclass(frozen=True, slots=True)
class DetachFacet(Payload):
    entity_id: str = _member(check_id)
    facet_type: str = _member(check_name)


@dataclass(frozen=True, slots=True)
class SetField(Payload):
    """Sets a field of a record, or a property of an edge (facet `edge:<type>`, the edge's id as `entity_id`).

    `resolves` are the operations whose values stood side by side, where this one decides between them. With `unset`,
    the field is as if it had never been set; the value is null then.
    """

    entity_id: str = _member(check_id)
    facet_type: str = _member(check_facet)
    field_name: str = _member(check_name)
    value: Any = _member(check_value)  # noqa: RUF009 (a field)
    resolves: tuple[str, ...] = _optional(_read_ids(MAX_RESOLVED), (), list)
    unset: bool = _optional(check_boolean, False)


@dataclass(frozen=True, slots=True)
class SetCRDTField(Payload):
    """Writes in a text: `delta` is a Yjs update (version 1) of a document with the root `text`."""

    entity_id: str = _member(check_id)
    facet_type: str = _member(check_name)
    field_name: str = _member(check_name)
    delta: bytes = _member(_read_delta, _write_delta)


@dataclass(frozen=True, slots=True)
class CreateEdge(Payload):
    apart = ((("source",), ("target",)),)

    edge_id: str = _member(check_id)
    source: str = _member(check_id)
    target: str = _member(check_id)
    edge_type: str | None = _member(check_edge_type)
    properties: Mapping[str, Any] = _member(_check_properties)


@dataclass(frozen=True, slots=True)
class DeleteEdge(Payload):
    edge_id: str = _member(check_id)


@dataclass(frozen=True, slots=True)
class CreateOrderedEdge(Payload):
    apart = ((("source",), ("target",)),)

    edge_id: str = _member(check_id)
    source: str = _member(check_id)
    target: str = _member(check_id)
    edge_type: str | None = _member(check_edge_type)
    fractional_index: str = _member(check_index)
    properties: Mapping[str, Any] = _member(_check_properties)


@dataclass(frozen=True, slots=True)
class MoveOrderedEdge(Payload):
    edge_id: str = _member(check_id)
    new_index: str = _member(check_index)


@dataclass(frozen=True, slots=True)
class RebalanceOrderedEdges(Payload):
    """Gives edges new keys without changing their order; `new_ordering` has `[edge_id, index]` for each."""

    parent_entity: str = _member(check_id)
    edge_type: str | None = _member(check_edge_type)
    new_ordering: tuple[tuple[str, str], ...] = _member(_read_ordering, _write_ordering)


@dataclass(frozen=True, slots=True)
class ConfirmFieldMapping(Payload):
    """Says that two fields are one; `confirmed: false` takes it back."""

    apart = ((("facet_a", "field_a"), ("facet_b", "field_b")),)

    facet_a: str = _member(check_name)
    field_a: str = _member(check_name)
    facet_b: str = _member(check_name)
    field_b: str = _member(check_name)
    confirmed: bool = _optional(check_boolean, True)

    @property
    def pair(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Both fields as `(facet, field)`, in one order whichever was named first."""
        first, second = sorted([(self.facet_a, self.field_a), (self.facet_b, self.field_b)])
        return first, second


@dataclass(frozen=True, slots=True)
class MergeEntities(Payload):
    """Two entities are the same thing."""

    apart = ((("survivor",), ("absorbed",)),)

    survivor: str = _member(check_id)
    absorbed: str = _member(check_id)


@dataclass(frozen=True, slots=True)
class SplitEntity(Payload):
    """One entity is two things: `new_entity` is cut loose if it was absorbed, and gets the facets that are named.

    `entities` are those whose facets are meant, where not all that are shown at the source are.
    """

    apart = ((("source",), ("new_entity",)),)

    source: str = _member(check_id)
    new_entity: str = _member(check_id)
    facets: tuple[str, ...] = _member(_read_facets, list)
    entities: tuple[str, ...] = _optional(_read_ids(MAX_ENTITIES), (), list)


PAYLOADS: Final[Mapping[str, type[Payload]]] = {each.__name__: each for each in Payload.__subclasses__()}


def read_payload(value: object, member: str = "payload") -> Payload:
    """The payload of a JSON object. Raises `Malformed` naming the member, `NeedsNewerVersion` for an unknown type."""
    if not isinstance(value, dict):
        raise Malformed(member, "not an object")
    kind = value.get("type")
    if not isinstance(kind, str):
        raise Malformed(f"{member}.type", "missing, or not a text")
    if kind not in PAYLOADS:
        raise NeedsNewerVersion(f"{member}.type", "{kind} is not a type that this program knows", kind=kind[:100])
    return _read(PAYLOADS[kind], value, member)


def _read(payload_class: type[Payload], value: dict[str, Any], member: str) -> Payload:
    known = _MEMBERS[payload_class]
    for name in value:
        if name != "type" and name not in known:
            raise Malformed(f"{member}.{name[:100]}", "not a member of {type}", type=payload_class.__name__)
    found = {}
    for name, (check, default) in known.items():
        path = f"{member}.{name}"
        if name in value:
            found[name] = check(value[name], path)
            if found[name] == default:
                raise Malformed(path, "has its default, and is left out then")
        elif default is _MISSING:
            raise Malformed(path, "missing")
    if found.get("unset") and found["value"] is not None:
        raise Malformed(f"{member}.value", "not null, though the field is unset")
    for first, second in payload_class.apart:
        if [found[name] for name in first] == [found[name] for name in second]:
            raise Malformed(f"{member}.{second[0]}", "the same as {other}", other=first[0])
    return payload_class(**found)


# How each member of a payload is checked, and its default.
_MEMBERS: Final[Mapping[type[Payload], Mapping[str, tuple[Check, Any]]]] = {
    payload_class: {each.name: (each.metadata["check"], each.default) for each in fields(payload_class)}
    for payload_class in PAYLOADS.values()
}
_MISSING: Final = fields(CreateEntity)[0].default
