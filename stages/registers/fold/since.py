"""What has happened since a bundle that is taken back: what lives now, and what somebody else has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from stages.registers.fold.bundles import Bundle
from stages.registers.fold.effects import Field, Key, Pair, Subject, acts, field_writes
from stages.registers.fold.increment import Increment
from stages.registers.fold.operations import Operation
from stages.registers.fold.past import Past
from stages.registers.fold.payloads import AttachFacet, CreateEntity, Payload


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that stays, because `actor_id` has changed it since. `kind` is that of a `Key` of the log."""

    kind: str
    of: Field | Subject | Pair | str
    actor_id: str


@dataclass(slots=True)
class TakenBack:
    """What takes a bundle back, and what of it stays."""

    payloads: list[Payload] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)


class Since:
    """One bundle that is taken back, with what of it is decided already."""

    def __init__(self, increment: Increment, bundle: Bundle, new_client_id: Callable[[], int]) -> None:
        self.result = TakenBack()
        self._increment = increment
        self._storage = increment.storage
        self._identity = increment.identity
        self._bundle = bundle
        self._new_client_id = new_client_id
        self._actor = bundle.operations[0].actor_id
        self._past = Past(increment.storage, bundle.operations[0])
        # What is decided already, and entities that come back by this.
        self._done: set[object] = set()
        self._restored: set[str] = set()
        self._begun = {subject for operation in bundle.operations for subject in acts(operation)}
        self._begun = {subject for subject in self._begun if not self._past.knew(subject)}
        created = (each.payload for each in bundle.operations)
        self._created = {each.entity_id for each in created if isinstance(each, CreateEntity)}
        self._written = {written for operation in bundle.operations for written, _value in field_writes(operation)}

    def _lives(self, entity: str) -> bool:
        record = self._storage.records.get(self._identity.root(entity))
        return record is not None and record.alive

    def _may_revive(self, root: str) -> bool:
        """Whether an act at a record brings back nothing that somebody has deleted since."""
        return root in self._restored or self._lives(root)

    def _may_write(self, written: Field) -> bool:
        subject = Subject("facet", written.entity, written.facet)
        attached = self._is_attached(subject) or AttachFacet(*written[:2]) in self.result.payloads
        return attached and self._may_revive(self._identity.place(written.entity, written.facet))

    def _is_attached(self, subject: Subject) -> bool:
        life = self._storage.lives.get(subject)
        return life is not None and life.alive

    def _is_new(self, entity: str, facet: str | None = None) -> bool:
        """Whether this bundle itself began a record, or a facet at it: it goes as a whole."""
        if facet is not None:
            return Subject("facet", entity, facet) in self._begun
        return entity in self._created and Subject("entity", entity) in self._begun

    def _is_done(self, *what: object) -> bool:
        done = what in self._done
        self._done.add(what)
        return done

    def _is_kept(self, *keys: Key, of: Callable[[Operation], Iterable[Subject]] | None = None) -> bool:
        """Whether somebody else has changed something since, which is noted then; `of` looks at one effect only."""
        for key in keys:
            for operation in self._storage.operations_on(key):
                if self._is_of_somebody_else(operation) and (of is None or key.of in set(of(operation))):
                    self.result.kept.append(Kept(key.kind, key.of, operation.actor_id))
                    return True
        return False

    def _is_of_somebody_else(self, operation: Operation) -> bool:
        if operation.actor_id == self._actor or operation.bundle_id == self._bundle.header.bundle_id:
            return False
        return not self._bundle.operations[0].had_seen(operation)
