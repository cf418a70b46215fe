"""The links of records, from both ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from kernel.statements import Rows, Statement, ids_text, run

_SHOWN: Final = """
SELECT id, type, source, target FROM registers_edge
WHERE project_id = %s AND shown AND (source = ANY(%s::uuid[]) OR target = ANY(%s::uuid[])) ORDER BY index NULLS LAST, id
"""


@dataclass(frozen=True, slots=True)
class EdgeAt:
    """An edge seen from a record: `other` is the record at its other end."""

    edge: str
    type: str
    record: str
    other: str
    outgoing: bool


def edges_at(project_id: UUID, records: Iterable[str]) -> dict[str, list[EdgeAt]]:
    """The edges that are shown of these records, in the order of their index, then of their ids."""
    wanted = set(records)
    return take_edges(run(edges_query(project_id, wanted)), wanted) if wanted else {}


def edges_query(project_id: UUID, records: Iterable[str]) -> Statement:
    """The SELECT whose rows `take_edges` takes."""
    ids = ids_text(records)
    return _SHOWN, [project_id, ids, ids]


def take_edges(rows: Rows, wanted: Collection[str]) -> dict[str, list[EdgeAt]]:
    """The edges by the records at which they are, from both ends."""
    found: dict[str, list[EdgeAt]] = defaultdict(list)
    for edge, type_, source, target in rows:
        one, other = str(source), str(target)
        if one in wanted:
            found[one].append(EdgeAt(str(edge), type_, one, other, outgoing=True))
        if other in wanted:
            found[other].append(EdgeAt(str(edge), type_, other, one, outgoing=False))
    return found
