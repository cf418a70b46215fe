"""The links of records, from both ends."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Q

from stages.registers.models import Edge


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
    edges = (
        Edge.objects.filter(Q(source__in=wanted) | Q(target__in=wanted), project_id=project_id, shown=True)
        .order_by(F("index").asc(nulls_last=True), "id")
        .values_list("id", "type", "source", "target")
    )
    found: dict[str, list[EdgeAt]] = defaultdict(list)
    for edge, type_, source, target in edges:
        one, other = str(source), str(target)
        if one in wanted:
            found[one].append(EdgeAt(str(edge), type_, one, other, outgoing=True))
        if other in wanted:
            found[other].append(EdgeAt(str(edge), type_, other, one, outgoing=False))
    return found
