"""Files brought to what the plan says. Nothing is replaced before it is kept and reported, on the disk.

One round for some files: look at all of them and decide; one transaction with kept texts, reports and intents; write
each file; one transaction that ends the intents. A station that is killed anywhere finds its intents at its next
start: what it has not written it writes then, without a second report, and what it has written it only notes.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from foundry_station.clock import text_of
from foundry_station.decisions import Act, Choice, Decision, Deviation, Standing, decide_section, decide_whole
from foundry_station.fights import Fights
from foundry_station.files import ChangedMeanwhile, Found, Kind, Replacement, Unusable, look, make_folders, real_path
from foundry_station.outcomes import Outcome, reports_of
from foundry_station.plan import Entry, Plan, Target
from foundry_station.section import Part, has_markers, take_out
from foundry_station.state import State, StateUnavailable
from foundry_station.state.kept import AlteredPart, KeptTexts
from foundry_station.state.managed import Intent, Managed, ManagedFiles
from foundry_station.state.reports import Reports

BATCH: Final = 50


@dataclass(slots=True)
class _Work:
    """A file in a round: what it is for, what was found, what is done about it."""

    path: Path
    target: Target
    outcome: Outcome
    found: Found = field(default_factory=lambda: Found(Kind.ABSENT))
    found_sha256: str = ""
    decision: Decision = field(default_factory=lambda: Decision(()))
    replacement: Replacement | None = None
    is_repeated: bool = False


class Enforcer:
    """Brings files to what the plan says. Used by one thread."""

    def __init__(self, state: State) -> None:
        self.files, self.reports, self.kept = ManagedFiles(state), Reports(state), KeptTexts(state)
        self.plan = Plan()
        self.writes = 0
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
        with self._state.transaction():
            for work in works:
                self._record(work, now)
        for work in changing:
            if work.replacement is not None:
                self._write(work, now)
        with self._state.transaction():
            for work in changing:
                self._finish(work, now)
        return [work.outcome for work in works]

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

    def _look(self, path: Path, target: Target, now: datetime, *, inspects: bool = False) -> _Work:
        work = _Work(path, target, Outcome(path, target, is_inspection=inspects))
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
            self._settle_intent(work)
        self._decide(work, now)
        return work

    def _settle_intent(self, work: _Work) -> None:
        """End a write that was cut off after the file was in place; see whether one was begun for just this."""
        intent = self.files.intent(work.path)
        if intent is None:
            return
        with suppress(OSError):
            (work.path.parent / intent.temporary).unlink()
        if work.found.kind is Kind.FILE and work.found_sha256 == intent.wanted:
            with self._state.transaction():
                self.files.set_parts(work.path, intent.parts)
                self.files.drop_intent(work.path)
                for part in intent.parts:
                    self.files.clear_deviation(work.path, part.id)

    def _decide(self, work: _Work, now: datetime) -> None:
        managed = self.files.get(work.path)
        last = managed.parts if managed else ()
        standings = self._standings(work, last, now)
        data = work.found.data if work.found.kind is Kind.FILE else None
        place = work.target.place
        if place.whole and standings:
            decision = decide_whole(data, standings[0], now)
        else:
            decision = decide_section(data, standings, last, now, head=place.head)
        work.decision, work.outcome.choices = decision, decision.choices
        if decision.content is not None or (work.found.kind is Kind.LINK and decision.parts):
            self._plan_write(work)

    def _plan_write(self, work: _Work) -> None:
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

    def _standings(self, work: _Work, last: Sequence[Part], now: datetime) -> list[Standing]:
        written = {part.id: part.lines for part in last}
        deviations = self.files.deviations(work.path)
        return [
            self._standing(entry, written.get(entry.directive.id), deviations, now) for entry in work.target.entries
        ]

    def _standing(
        self, entry: Entry, last: tuple[bytes, ...] | None, deviations: Mapping[str, Deviation], now: datetime
    ) -> Standing:
        directive = entry.directive
        assignment = self.plan.assignment
        exception = assignment.exception_for(directive.id, now) if assignment else None
        return Standing(
            directive,
            entry.part,
            entry.text,
            last,
            deviations.get(directive.id),
            exception.until if exception else None,
            exception is not None,
        )

    # Recording

    def _record(self, work: _Work, now: datetime) -> None:
        """Before anything is written: kept text, reports, intent."""
        failure = work.outcome.failure
        if failure is not None:
            self._record_failure(work, failure, now)
            return
        if work.outcome.is_gone:
            # What is made there later is another file.
            self.files.forget(work.path)
            return
        if work.outcome.pause or work.is_repeated:
            return
        at = text_of(now)
        for facts in reports_of(work.outcome, self.plan, at):
            self.reports.add(facts)
        for choice in work.decision.choices:
            if choice.act in {Act.ALLOW, Act.FLAG} and choice.is_new:
                self.files.set_deviation(work.path, choice.standing.directive.id, choice.sha256, choice.until)
                if choice.act is Act.ALLOW and choice.found is not None:
                    # It goes to the server with its report.
                    self.kept.store(choice.found)
        if work.replacement is not None:
            self._record_write(work, work.replacement, at)

    def _record_write(self, work: _Work, replacement: Replacement, at: str) -> None:
        found, place = work.found, work.target.place
        managed = self.files.get(work.path)
        if found.kind is Kind.LINK or (found.kind is Kind.FILE and (place.whole or work.decision.loses_lines)):
            altered = tuple(
                _altered(each) for each in work.decision.choices if each.act.writes and each.found is not None
            )
            self.kept.keep(str(work.path), found.data, at=at, parts=altered, link=found.link)
        if managed is None:
            self.files.begin(self._origin(work))
        wanted = hashlib.sha256(replacement.data).hexdigest()
        self.files.intend(Intent(work.path, work.found_sha256, wanted, replacement.temporary, self._parts_after(work)))

    def _origin(self, work: _Work) -> Managed:
        found, place = work.found, work.target.place
        stored = self.kept.store(found.data) if found.kind is Kind.FILE and place.whole else None
        kind = found.kind
        if kind is Kind.FILE and not place.whole and has_markers(found.data) and not take_out(found.data):
            # Nothing but a section: a station made it once.
            kind = Kind.ABSENT
        missing, folder = list[Path](), work.path.parent
        while folder != place.root and not folder.exists():
            missing.insert(0, folder)
            folder = folder.parent
        return Managed(
            work.path,
            place.root,
            place.whole,
            place.head if found.kind is Kind.ABSENT else b"",
            kind.value,
            stored,
            found.link,
            found.mode,
            tuple(missing),
            (),
        )

    def _record_failure(self, work: _Work, reason: str, now: datetime) -> None:
        if self.files.failure(work.path) == (reason, work.found_sha256):
            return
        self.files.set_failure(work.path, reason, work.found_sha256)
        for facts in reports_of(work.outcome, self.plan, text_of(now)):
            self.reports.add(facts)

    # Writing

    def _write(self, work: _Work, now: datetime) -> None:
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
                self._record_failure(work, error.reason, now)
        else:
            work.outcome.written = True
            self.writes += 1

    def _finish(self, work: _Work, now: datetime) -> None:
        """After it was written: nothing is under way any more."""
        outcome = work.outcome
        if outcome.failure is not None or outcome.changed_meanwhile or outcome.pause:
            return
        if work.replacement is not None or self.files.intent(work.path) is not None:
            self.files.drop_intent(work.path)
        if self.files.failure(work.path) is not None:
            self.files.clear_failure(work.path)
        self._note_parts(work)
        for choice in work.decision.choices:
            if choice.standing.deviation and (choice.act.writes or choice.act is Act.NOTHING):
                self.files.clear_deviation(work.path, choice.standing.directive.id)
        if outcome.written and any(each.act is Act.REVERT for each in work.decision.choices):
            self._note_fight(work, now)

    def _note_parts(self, work: _Work) -> None:
        managed = self.files.get(work.path)
        parts = self._parts_after(work)
        if managed is None and parts:
            # It stood there already.
            self.files.begin(self._origin(work))
        if managed is None or managed.parts != parts:
            self.files.set_parts(work.path, parts)

    def _parts_after(self, work: _Work) -> tuple[Part, ...]:
        """What is enforced in the file from now on: where an alteration is left, still what it altered."""
        return tuple(
            Part(each.standing.part.id, each.standing.last)
            if each.act is Act.EXCEPT and each.standing.last is not None
            else each.standing.part
            for each in work.decision.choices
        )

    def _note_fight(self, work: _Work, now: datetime) -> None:
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


def _altered(choice: Choice) -> AlteredPart:
    assert choice.found is not None
    try:
        text: str | None = choice.found.decode()
    except UnicodeDecodeError:
        text = None
    directive = choice.standing.directive
    return AlteredPart(directive.id, directive.title, text)
