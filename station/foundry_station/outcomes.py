"""What became of a file in a round, and the reports that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from foundry_station.clock import text_of
from foundry_station.decisions import REJECTED, Act, Choice
from foundry_station.files import Signature
from foundry_station.plan import Plan, Target

IN_PLACE: Final = "in_place"
DRIFTED: Final = "drifted"
EXCEPTED: Final = "excepted"
FAILED: Final = "failed"
PENDING: Final = "pending"
ABSENT: Final = "absent"

_KINDS: Final = {
    Act.APPLY: ("applied", "written"),
    Act.REVERT: ("change_blocked", "reverted"),
    Act.ALLOW: ("change_detected", "allowed"),
    Act.FLAG: ("change_flagged", "left"),
    Act.EXPIRE: ("change_expired", "reverted"),
}


@dataclass(slots=True)
class Outcome:
    """What became of a file.

    `failure` is why it could not be looked at or written; `pause`, in seconds, is how long it is left because another
    program writes the same bytes again and again; `is_gone` where its whole folder is not there.
    An inspection has changed nothing.
    """

    path: Path
    target: Target
    choices: tuple[Choice, ...] = ()
    failure: str | None = None
    pause: float = 0.0
    is_gone: bool = False
    written: bool = False
    changed_meanwhile: bool = False
    is_contested: bool = False
    signature: Signature | None = None
    is_inspection: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether the file is as it shall be for now, and need not be looked at until something changes it."""
        return not (self.failure is not None or self.pause or self.is_gone or self.changed_meanwhile)

    def states(self) -> dict[str, str]:
        """The state of each directive of this file now."""
        if self.is_gone:
            return dict.fromkeys(self._ids(), ABSENT)
        if self.failure is not None:
            return dict.fromkeys(self._ids(), FAILED)
        return {choice.expectation.directive.id: self._state(choice) for choice in self.choices}

    def _ids(self) -> list[str]:
        return [entry.directive.id for entry in self.target.entries]

    def _state(self, choice: Choice) -> str:
        if choice.act is Act.EXCEPT:
            return EXCEPTED
        if choice.act in {Act.ALLOW, Act.FLAG}:
            return EXCEPTED if choice.expectation.directive.is_paused else DRIFTED
        if choice.act is Act.NOTHING:
            return EXCEPTED if choice.expectation.is_excepted else IN_PLACE
        if self.pause or (self.is_inspection and choice.act is not Act.APPLY):
            return DRIFTED
        if self.is_inspection:
            return PENDING
        return PENDING if self.changed_meanwhile else IN_PLACE


def reports_of(outcome: Outcome, plan: Plan, at: str, *, contested: bool = False) -> Iterator[dict[str, str | None]]:
    """The bodies of the reports about an outcome, before it is carried out."""
    if outcome.failure is not None:
        first = next((entry.directive.id for entry in outcome.target.entries), None)
        yield _body(outcome, plan, "failed", at, first, action="left", reason=outcome.failure)
        return
    for choice in outcome.choices:
        directive = choice.expectation.directive
        facts = {"expected": directive.sha256, "found": choice.sha256 or None}
        if contested:
            if choice.act is Act.REVERT:
                yield _body(outcome, plan, "contested", at, directive.id, action="slowed", **facts)
                return
            continue
        if choice.act not in _KINDS or (choice.act in {Act.ALLOW, Act.FLAG} and not choice.is_new):
            continue
        kind, action = _KINDS[choice.act]
        until = text_of(choice.until) if choice.until is not None and choice.act is Act.ALLOW else None
        rejected = choice.expectation.deviation is not None and choice.expectation.deviation.verdict == REJECTED
        reason = REJECTED if choice.act is Act.EXPIRE and rejected else None
        yield _body(outcome, plan, kind, at, directive.id, action=action, until=until, reason=reason, **facts)


def _body(
    outcome: Outcome, plan: Plan, kind: str, at: str, directive: str | None, **facts: str | None
) -> dict[str, str | None]:
    place = outcome.target.place
    edition = plan.editions.get(directive or "")
    return {
        "kind": kind,
        "at": at,
        "directive": directive,
        "path": place.shown,
        "repository": place.repository.name if place.repository else None,
        "edition": str(edition) if edition else None,
        **facts,
    }
