"""Bundles of other sites that come in: applied as ours are, written together, with one event for each site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from audit.models import Event
from audit.services import Target
from projects.writing import ProjectWrite
from stages.registers import observers
from stages.registers.events import INGESTED
from stages.registers.fold.bundles import Bundle
from stages.registers.fold.refreshing import Changes
from stages.registers.metrics import LATE, OPERATIONS
from stages.registers.reading.actors import elsewhere
from stages.registers.services.duplicates import DuplicateChanges, Duplicates
from stages.registers.services.written import shown_facts
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage


@dataclass(slots=True)
class Came:
    """Bundles of one site's chain, one behind another, with what each changed."""

    applied: list[tuple[Bundle, Changes]] = field(default_factory=list)

    @property
    def signers(self) -> set[str]:
        """The keys of those who signed."""
        return {each.actor_id for bundle, _changes in self.applied for each in bundle.operations}

    def facts(self, sender: str) -> dict[str, Any]:
        """What the event says of the bundles themselves."""
        bundles = [bundle for bundle, _changes in self.applied]
        return {
            "site": bundles[0].header.site_key,
            "via": sender,
            "bundles": [_named(each) for each in bundles],
            "operations": sum(each.header.count for each in bundles),
            "numbers": [bundles[0].header.number, bundles[-1].header.number],
            "head": bundles[-1].hash,
        }


@dataclass
class Intake:
    """What comes in by one write of a project, whose row is locked.

    Whoever fills it has verified every bundle: that it follows its chain, that its site certified who signed it, that
    the signatures fit. `sender` is the key of the site that sent them. The events are Foundry's, by the way `via`.
    """

    write: ProjectWrite
    storage: PostgresStorage
    sender: str
    via: str = "job"
    _came: dict[str, Came] = field(default_factory=lambda: defaultdict(Came))

    @cached_property
    def increment(self) -> StoredIncrement:
        return StoredIncrement(self.storage)

    def take(self, bundles: Sequence[Bundle]) -> list[Event]:
        """Append bundles, each site's in the order of its chain, and write them; answers the events."""
        if not bundles:
            return []
        storage, increment = self.storage, self.increment
        storage.received_from = self.sender
        storage.expect([each.hash for each in bundles], known=False)
        storage.prepare_bundles(bundles)
        duplicates = Duplicates(increment, None)
        for bundle in bundles:
            changes = increment.add(bundle)
            duplicates.look_later(changes)
            self._came[bundle.header.site_key].applied.append((bundle, changes))
        duplicates.look()
        events = self._record(duplicates.changes)
        storage.flushed()
        duplicates.write(bundles[-1].hash)
        return events

    def _record(self, duplicates: DuplicateChanges) -> list[Event]:
        """One event for each site; the rows go to Postgres with the last one, which counts the duplicates."""
        *before, last = self._came.values()
        events = [self._event(each, DuplicateChanges()) for each in before]
        all_changes = (changes for each in self._came.values() for _bundle, changes in each.applied)
        seen = observers.AppliedBundle(
            self.write.caller, self.write.project.id, self.storage, _together(all_changes), None
        )
        followed_by = [*self.storage.flushing(), *observers.observe(seen)]
        return [*events, self._event(last, duplicates, followed_by)]

    def _event(self, came: Came, duplicates: DuplicateChanges, followed_by: Sequence[Any] = ()) -> Event:
        data = {**came.facts(self.sender), **shown_facts(came.applied, self.increment, duplicates)}
        data |= asdict(elsewhere(self.write.project.id, data["site"], came.signers))
        self.write.afterwards(OPERATIONS.labels("elsewhere").inc, data["operations"])
        self.write.afterwards(LATE.inc, sum(changes.late for _bundle, changes in came.applied))
        target = Target.of("site", data["site"])
        return self.write.record_consequence(INGESTED, target, data, via=self.via, followed_by=followed_by)


def _named(bundle: Bundle) -> dict[str, Any]:
    header = bundle.header
    return {"hash": bundle.hash, "bundle_id": header.bundle_id, "count": header.count, "undoes": header.undoes}


def _together(changes: Iterable[Changes]) -> Changes:
    found = Changes()
    for each in changes:
        found.records |= each.records
        found.edges |= each.edges
        found.opened |= each.opened
        found.resolved |= each.resolved
        found.late += each.late
    return found
