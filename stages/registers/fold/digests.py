"""The state hash (rule 8): what is hashed of records, edges and mappings is listed in docs/adr/0036."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kernel.canonical import canonical
from stages.registers.fold.facts import EdgeFacts, MappingFacts, RecordFacts, Tips

if TYPE_CHECKING:
    from stages.registers.fold.views import Conflict

VERSION: Final = 1


def state_hash(records: Mapping[str, bytes], edges: Mapping[str, bytes], mappings: Mapping[str, bytes]) -> str:
    """SHA-256 over id ‖ digest (16 and 32 bytes): the records by id, then the edges, then the mappings."""
    digest = hashlib.sha256()
    for digests in (records, edges, mappings):
        for each in sorted(digests):
            digest.update(UUID(each).bytes)
            digest.update(digests[each])
    return digest.hexdigest()


def record_digest(facts: RecordFacts, conflicts: Sequence[Conflict]) -> bytes:
    return _digest(
        {
            "kind": "record",
            "v": VERSION,
            "members": list(facts.members),
            "life": facts.alive,
            "facets": [[*facet, life.attached] for facet, life in sorted(facts.facets.items())],
            "tips": [[*field, _tips(tips)] for field, tips in sorted(facts.tips.items())],
            "texts": [[*field, text] for field, text in sorted(facts.texts.items())],
            "conflicts": _conflicts(conflicts),
        }
    )


def edge_digest(facts: EdgeFacts, conflicts: Sequence[Conflict]) -> bytes:
    ends = facts.ends
    return _digest(
        {
            "kind": "edge",
            "v": VERSION,
            "type": ends.type,
            "source": ends.source,
            "target": ends.target,
            "ordered": ends.ordered,
            "life": facts.alive,
            "ends": [facts.source, facts.target, facts.ends_alive],
            "index": _tips([facts.index])[0] if facts.index else None,
            "tips": [[name, _tips(tips)] for name, tips in sorted(facts.tips.items())],
            "conflicts": _conflicts(conflicts),
        }
    )


def mapping_digest(facts: MappingFacts) -> bytes:
    return _digest(
        {
            "kind": "mapping",
            "v": VERSION,
            "fields": [list(field) for field in facts.pair],
            "confirmed": _tips([facts.last])[0],
        }
    )


def _digest(value: dict[str, Any]) -> bytes:
    return hashlib.sha256(canonical(value).encode()).digest()


def _tips(tips: Tips | Sequence[Any]) -> list[list[Any]]:
    return [[tip.hlc, tip.op_id] if tip.unset else [tip.hlc, tip.op_id, tip.value] for tip in tips]


def _conflicts(conflicts: Sequence[Conflict]) -> list[list[Any]]:
    return [[each.kind, each.subject, each.facet, each.field, list(each.values)] for each in conflicts]
