"""The registers as one execution sees them: what is stored, with what it has staged so far."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from accounts.callers import Caller
from kernel.errors import DomainError
from kernel.statements import database_now
from stages.registers.checking import check_payloads
from stages.registers.fold.acts import Acts
from stages.registers.fold.effects import Field
from stages.registers.fold.errors import Malformed
from stages.registers.fold.payloads import CreateEdge, CreateEntity, CreateOrderedEdge, Payload, read_payload
from stages.registers.fold.views import Record
from stages.registers.keys import ActorSigner, own_site_key
from stages.registers.models import Row
from stages.registers.proposing import carrying_out
from stages.registers.proposing.changes import target_of
from stages.registers.proposing.targets import NAME, RecordTarget, staged_changes
from stages.registers.schema import Schema
from stages.registers.schema.stored import stored_schema
from stages.registers.services.acting import Verbed, payloads_of
from stages.registers.services.composing import Composing
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

_UNSIGNED: Final = bytes(64)
# The random bits at the end of an id (RFC 9562).
_RANDOM: Final = (1 << 62) - 1


class Staging:
    """Payloads that nobody else sees, applied one after the other to a state that is never written."""

    def __init__(self, caller: Caller, project_id: UUID, execution_id: UUID) -> None:
        stored = StoredIncrement(PostgresStorage(project_id))
        self.project_id = project_id
        self.schema: Schema = stored_schema(stored.storage)
        self.payloads: list[Payload] = []
        # The records that what is staged has changed.
        self.touched: set[str] = set()
        # Why something is changed, by the names of targets: what the script said last about each.
        self.whys: dict[str, str] = {}
        self._execution_id = execution_id
        self._state = stored.fork()
        signer = ActorSigner("0" * 64, own_site_key().hex(), lambda _text: _UNSIGNED, database_now())
        self._composing = Composing(caller, project_id, self._state, signer)
        self._made = 0

    @property
    def acts(self) -> Acts:
        return Acts(self._state)

    def new_id(self) -> str:
        """An id of version 7: the same in each attempt of an execution, and in the order in which they are made."""
        self._made += 1
        digest = hashlib.sha256(f"{self._execution_id} {self._made}".encode()).digest()
        random = int.from_bytes(digest[:8]) & _RANDOM
        since = self._execution_id.int >> 80
        return str(UUID(int=since << 80 | 7 << 76 | (self._made & 0xFFF) << 64 | 2 << 62 | random))

    def stage(self, verb: Callable[[Acts, Schema], Verbed], why: str = "") -> Any:
        """Do what a verb says, on the state as the script sees it; what the verb answered besides.

        `why` is the reason that people read beside what it changes.

        Raises the errors of the verb and of `check_payloads`.
        """
        found, answer = payloads_of(verb(self.acts, self.schema))
        payloads = [read_payload(each.to_json(), f"payloads.{at}") for at, each in enumerate(found)]
        if payloads:
            check_payloads(self._state, self.schema, payloads)
            bundle = self._composing.compose([(each, None) for each in payloads], sign=lambda _text: _UNSIGNED)
            changes = self._state.add(bundle)
            self.touched.update(changes.records)
            self.payloads += payloads
            for change in staged_changes(payloads, lambda field: ""):
                self.explain(f"{NAME}:{change.target}", why)
        return answer

    def explain(self, target: str, why: str) -> None:
        """Note why a target is changed; without a reason, an earlier one is of no use any more."""
        if why:
            self.whys[target] = why
        else:
            self.whys.pop(target, None)

    def resume(self, changes: Mapping[str, Any]) -> None:
        """Begin with what a proposal holds, by its names of targets. What cannot be done any more is left out."""
        wanted = {target_of(name.removeprefix(f"{NAME}:")): value for name, value in changes.items()}
        try:
            self._carry_out(wanted)
        except (DomainError, Malformed):
            for group in _by_record(wanted):
                with suppress(DomainError, Malformed):
                    self._carry_out(group)

    def _carry_out(self, changes: Mapping[RecordTarget, Any]) -> None:
        if changes:
            self.stage(lambda acts, schema: carrying_out.payloads_of(acts, changes))

    def record(self, entity: str) -> Record | None:
        """A living record, also by the id of one that was merged into it."""
        found = self._state.storage.records.get(self._state.identity.root(entity))
        return found if found is not None and found.alive else None

    def records_of(
        self,
        table: str,
        after: str,
        limit: int,
        *,
        where: Mapping[str, Any] | None = None,
        fits: Callable[[Record], bool] = lambda record: True,
    ) -> tuple[list[Record], str | None]:
        """The records of a table by their ids, at most `limit` after `after`; and the last one where there are more.

        `where` are values by their columns, None for none; `fits` says the same of a record with what is staged.
        """
        rows = self._rows(table, where or {}).exclude(record__in=self.touched)
        if after:
            rows = rows.filter(record__gt=after)
        stored = [str(each) for each in rows.values_list("record", flat=True)[: limit + 1]]
        wanted = sorted({*stored, *(each for each in self.touched if each > after)})
        self._state.storage.records.prefetch(wanted)
        found: list[Record] = []
        for each in wanted:
            record = self.record(each)
            if record is None or record.id != each or table not in record.fields or not fits(record):
                continue
            if len(found) == limit:
                return found, found[-1].id
            found.append(record)
        return found, None

    def _rows(self, table: str, where: Mapping[str, Any]) -> Any:
        """What is stored of a table, as far as Postgres can say whether it fits."""
        rows = Row.objects.filter(project=self.project_id, facet=table).order_by("record")
        given = {name: value for name, value in where.items() if value is not None}
        if given:
            rows = rows.filter(shown__contains=given)
        for name in where.keys() - given.keys():
            rows = rows.filter(~Q(shown__has_key=name) | Q(shown__contains={name: None}))
        return rows

    def changes(self) -> dict[str, Any]:
        """What is staged, as a proposal takes it."""

        def text_of(field: Field) -> str:
            document = self._state.storage.documents.get(field)
            return document.text if document else ""

        changes = {each.target: each.value for each in staged_changes(self.payloads, text_of)}
        created = {each.entity_id for each in self.payloads if isinstance(each, CreateEntity)}
        created |= {each.edge_id for each in self.payloads if isinstance(each, CreateEdge | CreateOrderedEdge)}
        return {
            f"{NAME}:{target}": value for target, value in changes.items() if not _is_undone(target, changes, created)
        }

    def edges_at(self, entity: str) -> Iterator[str]:
        """The links of a record, by their ids."""
        for member in self._state.identity.members(entity):
            yield from self._state.storage.edges_at(member)

    def edge(self, edge: str) -> Any:
        return self._state.storage.edges.get(edge)


def _by_record(changes: Mapping[RecordTarget, Any]) -> Iterator[dict[RecordTarget, Any]]:
    """Changes that are one record's or one link's: new records first, which links may lead to."""
    groups: dict[str, dict[RecordTarget, Any]] = {}
    for target, value in changes.items():
        groups.setdefault(target.parts[0], {})[target] = value
    new = [each for each, group in groups.items() if group.get(RecordTarget("record", (each,)))]
    for each in dict.fromkeys((*new, *groups)):
        yield groups[each]


def _is_undone(target: RecordTarget, changes: Mapping[RecordTarget, Any], created: Collection[str]) -> bool:
    """Whether nothing is left of a change: of what the script has made and removed again, or taken out of a table."""
    entity, *facet = target.parts
    gone = [RecordTarget("record", (entity,)), RecordTarget("edge", (entity,))]
    if entity in created and any(each in changes and not changes[each] for each in gone):
        return True
    if target.word in ("field", "text") and changes.get(RecordTarget("facet", (entity, facet[0])), True) is False:
        return True
    return target.word in ("field", "index") and gone[1] in changes and changes[gone[1]] is None


def changed_records(payloads: Sequence[Payload]) -> set[str]:
    """The records and links that payloads are about."""
    names = ("entity_id", "edge_id")
    return {value for each in payloads for name in names if isinstance(value := getattr(each, name, None), str)}
