"""How what follows from operations is written as JSON, and read again.

A write is `[hlc, op_id, site, actor_id, bundle_id, value, resolves, unset]`. Postgres writes numbers in jsonb in its
own way: a float beyond the integers that JSON holds exactly comes back as an integer, and is made a float again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from stages.registers.fold.effects import Field, Write
from stages.registers.fold.facts import EdgeFacts, Ends, FacetLife, RecordFacts, Tips
from stages.registers.fold.lives import Life, Seen
from stages.registers.fold.members import MAX_INTEGER
from stages.registers.fold.stored_documents import StoredDocument

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder()


def to_text(value: Any) -> str:
    """JSON for a jsonb column."""
    return _encoder.encode(value).decode()


def of_text(text: str) -> Any:
    """The value of a jsonb column."""
    return _decoder.decode(text)


def read_value(value: Any) -> Any:
    """A value of a field as it was written."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_INTEGER:
        return float(value)
    return value


def spell_write(write: Write) -> list[Any]:
    return [
        *(write.hlc, write.op_id, write.site, write.actor_id, write.bundle_id),
        *(write.value, write.resolves, write.unset),
    ]


def read_write(found: list[Any]) -> Write:
    hlc, op_id, site, actor_id, bundle_id, value, resolves, unset = found
    return Write(hlc, op_id, site, actor_id, bundle_id, read_value(value), resolves, unset)


def spell_tips(tips: Tips) -> list[Any]:
    return [spell_write(each) for each in tips]


def read_tips(found: Iterable[list[Any]]) -> Tips:
    return tuple(map(read_write, found))


def spell_seen(seen: Seen) -> list[Any]:
    return [dict(seen.newest), dict(seen.clock)]


def read_life(acts: list[Any], removals: list[Any]) -> Life:
    return Life(Seen(*acts), Seen(*removals))


def spell_record(facts: RecordFacts) -> dict[str, Any]:
    return {
        "members": list(facts.members),
        "unseen": sorted(facts.unseen),
        "clashing": sorted(facts.clashing),
        "facets": [[*facet, life.attached, life.contested] for facet, life in sorted(facts.facets.items())],
        "tips": [[*field, spell_tips(tips)] for field, tips in sorted(facts.tips.items())],
        "texts": [[*field, text] for field, text in sorted(facts.texts.items())],
    }


def read_record(record_id: str, alive: bool, found: Mapping[str, Any]) -> RecordFacts:
    return RecordFacts(
        id=record_id,
        members=tuple(found["members"]),
        alive=alive,
        unseen=frozenset(found["unseen"]),
        clashing=frozenset(found["clashing"]),
        facets={(entity, facet): FacetLife(*life) for entity, facet, *life in found["facets"]},
        tips={Field(*field): read_tips(tips) for *field, tips in found["tips"]},
        texts={Field(*field): text for *field, text in found["texts"]},
    )


def spell_edge(facts: EdgeFacts) -> dict[str, Any]:
    ends = facts.ends
    return {
        "ends": [list(ends.order), ends.type, ends.source, ends.target, ends.ordered],
        "alive": facts.alive,
        "contested": facts.contested,
        "ends_alive": facts.ends_alive,
        "index": spell_write(facts.index) if facts.index else None,
        "tips": [[name, spell_tips(tips)] for name, tips in sorted(facts.tips.items())],
    }


def read_edge(edge_id: str, source: str, target: str, found: Mapping[str, Any]) -> EdgeFacts:
    return EdgeFacts(
        id=edge_id,
        ends=read_ends(*found["ends"]),
        source=source,
        target=target,
        alive=found["alive"],
        contested=found["contested"],
        ends_alive=found["ends_alive"],
        index=read_write(found["index"]) if found["index"] else None,
        tips={name: read_tips(tips) for name, tips in found["tips"]},
    )


def read_ends(order: list[str], kind: str | None, source: str, target: str, ordered: bool) -> Ends:
    hlc, op_id, site = order
    return Ends((hlc, op_id, site), kind, source, target, ordered)


def spell_pairs(document: StoredDocument) -> tuple[dict[str, int], dict[str, list[int]]]:
    """The clocks and pairs of a document; JSON has names of members only as texts."""
    clocks = {str(client): clock for client, clock in document.clocks.items()}
    return clocks, {str(client): list(each) for client, each in document.pairs.items()}


def read_document(
    last: list[str], state: bytes, text: str, clocks: Mapping[str, int], pairs: Mapping[str, list[int]]
) -> StoredDocument:
    hlc, op_id, site = last
    return StoredDocument(
        last=(hlc, op_id, site),
        state=state,
        text=text,
        clocks={int(client): clock for client, clock in clocks.items()},
        pairs={int(client): tuple(each) for client, each in pairs.items()},
    )
