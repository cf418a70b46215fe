"""What is on the disk about a write: before it, so that nothing is lost, and after it, so that it is done once."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from foundry_station.clock import text_of
from foundry_station.decisions import Act, Choice, Decision
from foundry_station.files import Found, Kind, Replacement
from foundry_station.outcomes import Outcome, reports_of
from foundry_station.plan import Plan, Target
from foundry_station.section import Part, has_markers, take_out
from foundry_station.state import State
from foundry_station.state.kept import AlteredPart, KeptTexts
from foundry_station.state.managed import Intent, Managed, ManagedFiles
from foundry_station.state.reports import Reports


@dataclass(slots=True)
class Work:
    """A file in a round: what it is for, what was found, what is done about it."""

    path: Path
    target: Target
    outcome: Outcome
    found: Found = field(default_factory=lambda: Found(Kind.ABSENT))
    found_sha256: str = ""
    decision: Decision = field(default_factory=lambda: Decision(()))
    replacement: Replacement | None = None
    is_repeated: bool = False


class Bookkeeper:
    """Writes kept texts, reports, intents and what came of them."""

    def __init__(self, state: State) -> None:
        self.files, self.reports, self.kept = ManagedFiles(state), Reports(state), KeptTexts(state)
        self._state = state

    def settle_intent(self, work: Work) -> None:
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

    def record(self, work: Work, plan: Plan, now: datetime) -> None:
        """Before anything is written: kept text, reports, intent."""
        failure = work.outcome.failure
        if failure is not None:
            self.record_failure(work, plan, failure, now)
            return
        if work.outcome.is_gone:
            # What is made there later is another file.
            self.files.forget(work.path)
            return
        if work.outcome.pause:
            return
        if work.is_repeated and work.replacement is not None:
            # It is on the disk already, but for the temporary file's name.
            self._intend(work, work.replacement)
            return
        at = text_of(now)
        for facts in reports_of(work.outcome, plan, at):
            self.reports.add(facts)
        for choice in work.decision.choices:
            if choice.act in {Act.ALLOW, Act.FLAG} and choice.is_new:
                self.files.set_deviation(work.path, choice.expectation.directive.id, choice.sha256, choice.until)
                if choice.act is Act.ALLOW and choice.found is not None:
                    # It goes to the server with its report.
                    self.kept.store(choice.found)
        if work.replacement is not None:
            self._record_write(work, work.replacement, at)

    def _record_write(self, work: Work, replacement: Replacement, at: str) -> None:
        found, place = work.found, work.target.place
        managed = self.files.get(work.path)
        if found.kind is Kind.LINK or (found.kind is Kind.FILE and (place.whole or work.decision.loses_lines)):
            altered = tuple(
                _altered(each) for each in work.decision.choices if each.act.writes and each.found is not None
            )
            self.kept.keep(str(work.path), found.data, at=at, parts=altered, link=found.link)
        if managed is None:
            self.files.begin(self._origin(work))
        self._intend(work, replacement)

    def _intend(self, work: Work, replacement: Replacement) -> None:
        wanted = hashlib.sha256(replacement.data).hexdigest()
        self.files.intend(Intent(work.path, work.found_sha256, wanted, replacement.temporary, self._parts_after(work)))

    def _origin(self, work: Work) -> Managed:
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

    def record_failure(self, work: Work, plan: Plan, reason: str, now: datetime) -> None:
        """Report that a file cannot be looked at or written, once for each reason and content."""
        if self.files.failure(work.path) == (reason, work.found_sha256):
            return
        self.files.set_failure(work.path, reason, work.found_sha256)
        for facts in reports_of(work.outcome, plan, text_of(now)):
            self.reports.add(facts)

    def finish(self, work: Work) -> None:
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
            if choice.expectation.deviation and (choice.act.writes or choice.act is Act.NOTHING):
                self.files.clear_deviation(work.path, choice.expectation.directive.id)

    def _note_parts(self, work: Work) -> None:
        managed = self.files.get(work.path)
        parts = self._parts_after(work)
        if managed is None and parts:
            # It was there already.
            self.files.begin(self._origin(work))
        if managed is None or managed.parts != parts:
            self.files.set_parts(work.path, parts)

    def _parts_after(self, work: Work) -> tuple[Part, ...]:
        """What is enforced in the file from now on: where an alteration is left, still what it altered."""
        return tuple(
            Part(each.expectation.part.id, each.expectation.last)
            if each.act is Act.EXCEPT and each.expectation.last is not None
            else each.expectation.part
            for each in work.decision.choices
        )


def _altered(choice: Choice) -> AlteredPart:
    assert choice.found is not None
    try:
        text: str | None = choice.found.decode()
    except UnicodeDecodeError:
        text = None
    directive = choice.expectation.directive
    return AlteredPart(directive.id, directive.title, text)
