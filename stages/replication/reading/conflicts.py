"""Who has an account here and wrote something that another site's change now stands beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from projects.models import Member
from stages.registers.fold.effects import Write
from stages.registers.models import ActorKey, Conflict, Edge, Operation, Record
from stages.registers.reading.naming import names_of
from stages.registers.reading.reader import Reader
from stages.registers.storing.spelling import read_tips


def authors_of_tips(project_id: UUID, conflicts: Collection[UUID]) -> dict[UUID, list[str]]:
    """Members of the project by whom a tip of these conflicts is, each with the names of the records."""
    found = list(Conflict.objects.filter(project_id=project_id, pk__in=list(conflicts), resolved_at=None))
    tips = _Tips(project_id, found)
    keys = {each.id: set(tips.keys_of(each)) for each in found}
    users = _users(project_id, {key for each in keys.values() for key in each})
    if not users:
        return {}
    names = names_of(Reader(project_id), map(tips.record_of, found))
    named: dict[UUID, dict[str, None]] = defaultdict(dict)
    for each in found:
        for user in {users[key] for key in keys[each.id] if key in users}:
            named[user][names[tips.record_of(each)].label] = None
    return {user: list(labels) for user, labels in named.items()}


class _Tips:
    """What stands side by side in conflicts; the records and edges that they are about are read together."""

    def __init__(self, project_id: UUID, conflicts: Sequence[Conflict]) -> None:
        self._project_id = project_id
        subjects = [each.subject for each in conflicts]
        self._edges = {each.id: each for each in Edge.objects.filter(project_id=project_id, id__in=subjects)}
        self._records = {each.id: each for each in Record.objects.filter(project_id=project_id, id__in=subjects)}

    def record_of(self, conflict: Conflict) -> str:
        """The record that a conflict is about; of an edge, the one that it leads from."""
        edge = self._edges.get(conflict.subject)
        return str(edge.source if edge is not None else conflict.subject)

    def keys_of(self, conflict: Conflict) -> Iterator[str]:
        """The keys that signed what stands side by side: tips of a field, or else the last act of each site."""
        tips = list(self._tips(conflict)) if conflict.field else []
        if tips:
            yield from (tip.actor_id for tip in tips)
            return
        acts = Operation.objects.filter(project_id=self._project_id, entity=conflict.subject)
        last = acts.order_by("bundle__site_key", "-hlc").distinct("bundle__site_key")
        for key in last.values_list("bundle__actor_key", flat=True):
            yield bytes(key).hex()

    def _tips(self, conflict: Conflict) -> Iterator[Write]:
        edge, record = self._edges.get(conflict.subject), self._records.get(conflict.subject)
        wanted = [conflict.facet, conflict.field]
        if edge is not None:
            found = [tips for name, tips in edge.facts["tips"] if name == conflict.field]
        elif record is not None:
            found = [tips for _entity, *field, tips in record.facts["tips"] if field == wanted]
        else:
            found = []
        for tips in found:
            yield from read_tips(tips)


def _users(project_id: UUID, keys: Collection[str]) -> dict[str, UUID]:
    """Members of the project by the keys with which they sign."""
    members = Member.objects.filter(project_id=project_id, user__is_active=True).values("user")
    rows = ActorKey.objects.filter(public_key__in=[bytes.fromhex(key) for key in keys], user__in=members)
    return {bytes(key).hex(): user for key, user in rows.values_list("public_key", "user")}
