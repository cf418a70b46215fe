"""Files brought to what the plan says. Nothing is replaced before it is kept and reported, on the disk.

One round for some files: look at all of them and decide; one transaction with kept texts, reports and intents; write
each file; one transaction that ends the intents. A station that is killed anywhere finds its intents at its next
start: what it has not written it writes then, without a second report, and what it has written it only notes.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from foundry_station.bookkeeping import Bookkeeper, Work
from foundry_station.clock import text_of
from foundry_station.decisions import Act, Deviation, Expectation, decide_section, decide_whole
from foundry_station.fights import Fights
from foundry_station.files import ChangedMeanwhile, Found, Kind, Replacement, Unusable, look, make_folders, real_path
from foundry_station.outcomes import Outcome, reports_of
from foundry_station.places import Place
from foundry_station.plan import Entry, Plan, Target
from foundry_station.section import Part
from foundry_station.state import State, StateUnavailable

BATCH: Final = 50


class Enforcer:
    """Brings files to what the plan says. Used by one thread."""

    def __init__(self, state: State) -> None:
        self.books = Bookkeeper(state)
        self.files, self.reports, self.kept = self.books.files, self.books.reports, self.books.kept
        self.plan = Plan()
        self.writes = 0
        # Called with files that are about to be written for the first time, once that is on the disk.
        self.on_begun: Callable[[list[Path]], None] | None = None
        self._state = state
        self._fights = Fights()

    def finish_begun(self) -> None:
        """Remove what writes that were cut off have left; the writes themselves are finished by the next round."""
        for intent in self.files.intents():
            with suppress(OSError):
                (intent.path.parent / intent.temporary).unlink()

    def round(self, targets: Iterable[Target], now: datetime) -> list[Outcome]:
        """Look at files, and do what has to be done; what became of each.

        Raises `StateUnavailable` where nothing can be recorded: then nothing was replaced.
        """
        outcomes: list[Outcome] = []
        waiting = list(self._grouped(targets).items())
        for start in range(0, len(waiting), BATCH):
            outcomes += self._batch(waiting[start : start + BATCH], now)
        return outcomes

    def _batch(self, grouped: Sequence[tuple[Path, Target]], now: datetime) -> list[Outcome]:
        works = [self._look(path, target, now) for path, target in grouped]
        changing = [each for each in works if each.outcome.failure is None and not each.outcome.is_gone]
        begun = [each.path for each in changing if each.replacement is not None and self.files.get(each.path) is None]
        with self._state.transaction():
            for work in works:
                self.books.record(work, self.plan, now)
        if begun and self.on_begun is not None:
            self.on_begun(begun)
        for work in changing:
            if work.replacement is not None:
                self._write(work, now)
        with self._state.transaction():
            for work in changing:
                self.books.finish(work)
                self._note_fight(work, now)
        return [work.outcome for work in works]

    def written(self, place: Place, directive: str) -> tuple[bytes, ...] | None:
        """The lines that were last written for a directive in a place; None where it is not in it."""
        managed = self.files.get(real_of(Target(place)))
        parts = managed.parts if managed else ()
        return next((part.lines for part in parts if part.id == directive), None)

    # Looking

    def _grouped(self, targets: Iterable[Target]) -> dict[Path, Target]:
        """The files that the targets lead to: several directives meet in one where a link leads to the other."""
        by_root = self.plan.by_root()
        order = {name: number for number, name in enumerate(self.plan.directives)}
        grouped: dict[Path, Target] = {}
        for target in targets:
            path = real_of(target)
            if path in grouped:
                continue
            place = target.place
            meeting = [each for each in by_root.get(place.root, [target]) if each is target or real_of(each) == path]
            whole = [each for each in meeting if each.place.whole]
            entries = [entry for each in (whole[:1] or meeting) for entry in each.entries]
            unique = {entry.directive.id: entry for entry in entries}
            ordered = sorted(unique.values(), key=lambda entry: order.get(entry.directive.id, 0))
            grouped[path] = Target(whole[0].place if whole else place, ordered)
        return grouped

    def inspect(self, targets: Iterable[Target], now: datetime) -> list[Outcome]:
        """What a round would do, without doing anything."""
        grouped = self._grouped(targets).items()
        return [self._look(path, target, now, inspects=True).outcome for path, target in grouped]

    def _look(self, path: Path, target: Target, now: datetime, *, inspects: bool = False) -> Work:
        work = Work(path, target, Outcome(path, target, is_inspection=inspects))
        if not target.place.root.is_dir():
            work.outcome.is_gone = True
            return work
        try:
            real_path(target.place.path, target.place.root)
            work.found = look(path)
        except Unusable as error:
            work.outcome.failure = error.reason
            return work
        work.outcome.signature = work.found.signature
        work.found_sha256 = _hash(work.found)
        if not inspects:
            self.books.settle_intent(work)
        self._decide(work, now)
        return work

    def _decide(self, work: Work, now: datetime) -> None:
        managed = self.files.get(work.path)
        last = managed.parts if managed else ()
        expectations = self._expectations(work, last, now)
        data = work.found.data if work.found.kind is Kind.FILE else None
        place = work.target.place
        if place.whole and expectations:
            decision = decide_whole(data, expectations[0], now)
        else:
            decision = decide_section(data, expectations, last, now, head=place.head)
        work.decision, work.outcome.choices = decision, decision.choices
        if decision.content is not None or (work.found.kind is Kind.LINK and decision.parts):
            self._plan_write(work)

    def _plan_write(self, work: Work) -> None:
        content = work.decision.content if work.decision.content is not None else b""
        reverts = any(each.act is Act.REVERT for each in work.decision.choices)
        pause = self._fights.pause(work.path, work.found_sha256, time.monotonic()) if reverts else 0.0
        if pause:
            work.outcome.pause = pause
            return
        work.replacement = Replacement.of(work.path, work.found, content)
        intent = self.files.intent(work.path)
        wanted = hashlib.sha256(content).hexdigest()
        work.is_repeated = intent is not None and (intent.found, intent.wanted) == (work.found_sha256, wanted)

    def _expectations(self, work: Work, last: Sequence[Part], now: datetime) -> list[Expectation]:
        written = {part.id: part.lines for part in last}
        deviations = self.files.deviations(work.path)
        return [
            self._expectation(entry, written.get(entry.directive.id), deviations, now) for entry in work.target.entries
        ]

    def _expectation(
        self, entry: Entry, last: tuple[bytes, ...] | None, deviations: Mapping[str, Deviation], now: datetime
    ) -> Expectation:
        directive = entry.directive
        assignment = self.plan.assignment
        exception = assignment.exception_for(directive.id, now) if assignment else None
        return Expectation(
            directive,
            entry.part,
            entry.text,
            last,
            deviations.get(directive.id),
            exception.until if exception else None,
            exception is not None,
        )

    # Writing

    def _write(self, work: Work, now: datetime) -> None:
        replacement = work.replacement
        assert replacement is not None
        try:
            make_folders(work.path.parent, work.target.place.root)
            work.outcome.signature = replacement.write()
        except ChangedMeanwhile:
            work.outcome.changed_meanwhile = True
        except Unusable as error:
            work.outcome.failure = error.reason
            with suppress(StateUnavailable), self._state.transaction():
                self.books.record_failure(work, self.plan, error.reason, now)
        else:
            work.outcome.written = True
            self.writes += 1

    def _note_fight(self, work: Work, now: datetime) -> None:
        if not work.outcome.written or all(each.act is not Act.REVERT for each in work.decision.choices):
            return
        removed = work.found.kind is Kind.ABSENT
        if self._fights.put_right(work.path, work.found_sha256, time.monotonic(), removed=removed):
            work.outcome.is_contested = True
            for facts in reports_of(work.outcome, self.plan, text_of(now), contested=True):
                self.reports.add(facts)


def real_of(target: Target) -> Path:
    """The path that is written for a target now."""
    try:
        return real_path(target.place.path, target.place.root)
    except Unusable:
        return target.place.path


def _hash(found: Found) -> str:
    if found.kind is Kind.ABSENT:
        return "absent"
    return hashlib.sha256(found.data + os.fsencode(found.link or "")).hexdigest()
