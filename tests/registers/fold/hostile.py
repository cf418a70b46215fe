"""Sets of operations that no honest site writes.

Clocks that leave out what an entry of theirs rests on, operations on things that never were, ids used twice, splits of
strangers, and the updates of three writers of one text in any order and in any record. All of it is well-formed, and is
what is demanded of bundles before they count: a site's HLCs rise, and are later than what its clock names.
"""

from __future__ import annotations

import base64
import itertools
import random
from collections.abc import Callable
from typing import Any, Final

from pycrdt import Doc, Text

from stages.registers.fold.bundles import Bundle, read_bundle
from stages.registers.fold.payloads import PAYLOADS, Payload, read_payload
from tests.registers.fold.writing import Site, numbered_id

ENTITIES: Final = [numbered_id(number) for number in range(1, 5)]
EDGES: Final = [numbered_id(number) for number in range(101, 105)]
FACETS: Final = ("requirements", "risks")
FIELDS: Final = ("title", "prio")
INDEXES: Final = ("a0", "a1", "a1", "Zz", "a0V")


def write_three(chance: random.Random) -> list[bytes]:
    """What three writers of one text send who see each other's updates only now and then; some is damaged."""
    updates: list[bytes] = []
    for client_id in (11, 12, 13):
        doc: Doc[Text] = Doc(client_id=client_id)
        text = doc.get("text", type=Text)
        for update in updates:
            if chance.random() < 0.5:
                doc.apply_update(update)
        for _turn in range(6):
            before = doc.get_state()
            length = len(str(text))
            if length > 3 and chance.random() < 0.3:
                del text[0:1]
            else:
                text.insert(0 if chance.random() < 0.5 else len(str(text).encode()), chance.choice("xyz"))
            updates.append(doc.get_update(before))
    updates += [bytes([*update[:-1], chance.randrange(256)]) for update in updates[:3]]
    return [*updates, b"\x00\x00", b"no update"]


# What a set has much of, so that many of its operations meet on one key.
THEMES: Final = (
    tuple(PAYLOADS),
    ("SetField", "SetField", "SetField", "ConfirmFieldMapping", "AttachFacet"),
    ("SetField", "AttachFacet", "DetachFacet", "CreateEntity", "DeleteEntity"),
    ("SetField", "CreateEdge", "CreateOrderedEdge", "DeleteEdge", "MoveOrderedEdge", "DeleteEntity", "MergeEntities"),
    ("SetCRDTField", "SetCRDTField", "MergeEntities", "SplitEntity"),
    ("SetField", "MergeEntities", "SplitEntity", "DeleteEntity"),
)


class Hostile:
    """Three sites that write whatever is well-formed."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.updates = write_three(chance)
        self.kinds = chance.choice(THEMES)
        # How often each pair of sites admits to have seen the other; some never do.
        pairs = itertools.permutations("ABC", 2)
        self.sees = {pair: chance.choice([0, 0.2, 0.9]) for pair in pairs}
        # Few ids, so that operations and bundles share some.
        self.sites = [Site(name, itertools.cycle(range(1_000, 1_000 + 97 * at))) for at, name in enumerate("ABC", 1)]
        self.bundles: list[Bundle] = []

    def write(self, count: int) -> list[Bundle]:
        while len(self.bundles) < count:
            site = self.chance.choice(self.sites)
            site.now_ms = self.chance.randrange(1_000, 1_400)
            seen = {
                other.site_key: self.chance.choice(
                    [each for each in self.bundles if each.header.site_key == other.site_key][-5:]
                ).hlc
                for other in self.sites
                if other is not site and other.head.number and self.chance.random() < self.sees[site.name, other.name]
            }
            payloads = [self.payload() for _number in range(self.chance.randint(1, 3))]
            bundle = site.write(payloads, seen=seen)
            # Nothing that a site would refuse is tested here.
            read = read_bundle(
                bundle.signed.header_text, list(zip(bundle.signed.texts, bundle.signed.signatures, strict=True))
            )
            assert read == bundle.signed
            self.bundles.append(bundle)
        return self.bundles

    def payload(self) -> Payload:
        kind = self.chance.choice(self.kinds)
        return read_payload({"type": kind, **MEMBERS[kind](self)})

    @property
    def entity(self) -> str:
        return self.chance.choice(ENTITIES)

    @property
    def edge(self) -> str:
        # Sometimes an entity is taken for an edge, or the reverse.
        return self.chance.choice([*EDGES, *EDGES, ENTITIES[0]])

    def two(self) -> list[str]:
        return self.chance.sample([*ENTITIES, EDGES[0]], 2)

    def facet(self) -> dict[str, Any]:
        return {"entity_id": self.entity, "facet_type": self.chance.choice(FACETS)}

    def field(self) -> dict[str, Any]:
        return {**self.facet(), "field_name": self.chance.choice(["title", *FIELDS])}

    def set_field(self) -> dict[str, Any]:
        found = {**self.field(), "value": self.chance.choice([0, 1, None, "x", True])}
        if self.chance.random() < 0.2:
            found |= {"entity_id": self.edge, "facet_type": self.chance.choice(["edge:", "edge:contains"])}
        if self.chance.random() < 0.2:
            found["resolves"] = [numbered_id(1_000)]
        if self.chance.random() < 0.2:
            found |= {"value": None, "unset": True}
        return found

    def write_text(self) -> dict[str, Any]:
        delta = base64.b64encode(self.chance.choice(self.updates)).decode()
        entity, name = self.chance.choice(ENTITIES[:2]), self.chance.choice(["body", "body", "title"])
        return {"entity_id": entity, "facet_type": FACETS[0], "field_name": name, "delta": delta}

    def link(self) -> dict[str, Any]:
        source, target = self.two()
        edge_type = self.chance.choice([None, "contains"])
        return {
            "edge_id": self.edge,
            "source": source,
            "target": target,
            "edge_type": edge_type,
            "properties": {"title": 1},
        }

    def split(self) -> dict[str, Any]:
        source, new = self.two()
        found = {"source": source, "new_entity": new, "facets": self.chance.sample(FACETS, self.chance.randint(0, 2))}
        return {**found, "entities": self.chance.sample(ENTITIES, 2)} if self.chance.random() < 0.3 else found

    def mapping(self) -> dict[str, Any]:
        one, other = self.chance.sample([(facet, name) for facet in FACETS for name in FIELDS], 2)
        found = {"facet_a": one[0], "field_a": one[1], "facet_b": other[0], "field_b": other[1]}
        return found if self.chance.random() < 0.6 else {**found, "confirmed": False}


MEMBERS: Final[dict[str, Callable[[Hostile], dict[str, Any]]]] = {
    "CreateEntity": lambda made: {"entity_id": made.entity},
    "DeleteEntity": lambda made: {"entity_id": made.entity},
    "AttachFacet": Hostile.facet,
    "DetachFacet": Hostile.facet,
    "SetField": Hostile.set_field,
    "SetCRDTField": Hostile.write_text,
    "CreateEdge": Hostile.link,
    "DeleteEdge": lambda made: {"edge_id": made.edge},
    "CreateOrderedEdge": lambda made: {**made.link(), "fractional_index": made.chance.choice(INDEXES)},
    "MoveOrderedEdge": lambda made: {"edge_id": made.edge, "new_index": made.chance.choice(INDEXES)},
    "RebalanceOrderedEdges": lambda made: {
        "parent_entity": made.entity,
        "edge_type": None,
        "new_ordering": [[edge, made.chance.choice(INDEXES)] for edge in made.chance.sample(EDGES, 2)],
    },
    "ConfirmFieldMapping": Hostile.mapping,
    "MergeEntities": lambda made: dict(zip(("survivor", "absorbed"), made.two(), strict=True)),
    "SplitEntity": Hostile.split,
}


def hostile_bundles(seed: int, count: int = 60) -> list[Bundle]:
    return Hostile(random.Random(seed)).write(count)
