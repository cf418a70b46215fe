"""What is to be done with a file: each directive by its own mode, from what is there and what was written last."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from itertools import chain
from typing import Final

from foundry_station import section
from foundry_station.editions import Directive
from foundry_station.section import Part

REJECTED: Final = "rejected"
ACCEPTED: Final = "accepted"


class Act(Enum):
    """What is done about one directive in one file."""

    NOTHING = "nothing"
    # Written for the first time, or a new text.
    APPLY = "apply"
    REVERT = "revert"
    # Left as it is until a time (temporary), left and reported (warning), left because it is excepted.
    ALLOW = "allow"
    FLAG = "flag"
    EXCEPT = "except"
    # What was allowed is so no longer.
    EXPIRE = "expire"

    @property
    def writes(self) -> bool:
        return self in {Act.APPLY, Act.REVERT, Act.EXPIRE}


@dataclass(frozen=True, slots=True)
class Deviation:
    """An alteration that was left in place: its hash, until when, and what was decided about it."""

    found: str
    until: datetime | None
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A directive in a file: the part that should be there, and the lines that were written last, if any."""

    directive: Directive
    part: Part
    text: bytes
    last: tuple[bytes, ...] | None = None
    deviation: Deviation | None = None
    excepted_until: datetime | None = None
    is_excepted: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What is done about a directive, and what was found: None where nothing was, and then `sha256` is empty."""

    expectation: Expectation
    act: Act
    found: bytes | None
    until: datetime | None = None

    @property
    def sha256(self) -> str:
        return "" if self.found is None else hashlib.sha256(self.found).hexdigest()

    @property
    def is_new(self) -> bool:
        """Whether this alteration was not reported yet."""
        deviation = self.expectation.deviation
        if deviation is None or deviation.found != self.sha256:
            return True
        # It was left for another reason before: only now does its time begin.
        return self.act is Act.ALLOW and self.until is not None and deviation.until is None


@dataclass(frozen=True, slots=True)
class Decision:
    """The choices for all directives of a file, its new content where it has to be written, and the parts in it."""

    choices: tuple[Choice, ...]
    content: bytes | None = None
    parts: tuple[Part, ...] = ()
    loses_lines: bool = field(default=False)


def decide_section(
    data: bytes | None, expectations: Sequence[Expectation], last: Sequence[Part], now: datetime, *, head: bytes = b""
) -> Decision:
    """Decide on a file with a managed section; `data` is None where there is no file, `head` begins a new one."""
    content = data or b""
    found = section.find(content)
    damaged = found is None and section.has_markers(content)
    lines = _lines_by_id(found.parts if found else (), expectations)
    if damaged and any(_is_enforced(each) for each in expectations):
        # The section is written anew in any case: what may be altered is not taken for altered.
        lines = {each.part.id: each.part.lines for each in expectations if not _is_enforced(each)}
    choices = [_choose(each, lines.get(each.part.id), now) for each in expectations]
    parts = tuple(part for choice in choices if (part := _part_of(choice, lines)) is not None)
    in_place = found is not None and found.intact and found.parts == parts and bool(parts)
    if not in_place and not any(each.act.writes for each in choices):
        if not _is_ours_to_repair(found, expectations, parts, last, damaged=damaged):
            return Decision(tuple(choices), None, parts)
        choices = _blame(choices, found, last)
    if in_place:
        return Decision(tuple(choices), None, parts)
    if not parts:
        new = section.take_out(content, last=last)
    else:
        new = section.put(content if data is not None else head, parts, last=last)
    return Decision(tuple(choices), None if new == data else new, parts, _loses_lines(found, last, damaged=damaged))


def decide_whole(data: bytes | None, expectation: Expectation, now: datetime) -> Decision:
    """Decide on a file all of which is one text."""
    last = expectation.last
    lines = None if data is None else (hashlib.sha256(data).hexdigest().encode(),)
    is_last, is_right = lines is not None and lines == last, lines == expectation.part.lines
    if is_right:
        act = Act.NOTHING if last == expectation.part.lines else Act.APPLY
        choice = Choice(expectation, act, data)
    else:
        choice = _choose_altered(expectation, data, now, is_last=is_last)
    parts = (expectation.part,)
    if not choice.act.writes or is_right:
        return Decision((choice,), None, parts)
    return Decision((choice,), expectation.text, parts, data is not None)


def _choose(expectation: Expectation, lines: tuple[bytes, ...] | None, now: datetime) -> Choice:
    found = None if lines is None else _text(lines, expectation)
    if lines == expectation.part.lines:
        return Choice(expectation, Act.NOTHING, found)
    return _choose_altered(expectation, found, now, is_last=lines == expectation.last)


def _choose_altered(expectation: Expectation, found: bytes | None, now: datetime, *, is_last: bool) -> Choice:
    """The choice for a directive whose text is `found` instead of its own; `is_last` if that was written last."""
    if expectation.is_excepted and expectation.last is not None and not is_last:
        return Choice(expectation, Act.EXCEPT, found, expectation.excepted_until)
    if expectation.directive.is_paused:
        return Choice(expectation, Act.FLAG, found)
    if expectation.last != expectation.part.lines:
        return Choice(expectation, Act.APPLY, found)
    if expectation.directive.mode != "temporary":
        return Choice(expectation, Act.REVERT if expectation.directive.mode == "block" else Act.FLAG, found)
    return _choose_for_a_time(expectation, found, now)


def _choose_for_a_time(expectation: Expectation, found: bytes | None, now: datetime) -> Choice:
    """The choice of the mode `temporary`: allowed from the first alteration on, until its time or a verdict."""
    deviation = expectation.deviation
    if deviation is None or (deviation.until is None and not deviation.verdict):
        return Choice(expectation, Act.ALLOW, found, now + timedelta(hours=expectation.directive.timeout_hours))
    if deviation.verdict == ACCEPTED:
        # What is altered after that is another alteration.
        is_accepted = found is not None and hashlib.sha256(found).hexdigest() == deviation.found
        until = now + timedelta(hours=expectation.directive.timeout_hours)
        return Choice(expectation, Act.ALLOW, found, None if is_accepted else until)
    if deviation.verdict == REJECTED or (deviation.until is not None and deviation.until <= now):
        return Choice(expectation, Act.EXPIRE, found, deviation.until)
    return Choice(expectation, Act.ALLOW, found, deviation.until)


def _lines_by_id(parts: Sequence[Part], expectations: Sequence[Expectation]) -> dict[str, tuple[bytes, ...]]:
    """What is there for each directive; what comes before the first header belongs to the directive behind it."""
    found: dict[str, tuple[bytes, ...]] = {}
    before: tuple[bytes, ...] = ()
    for part in parts:
        if not part.id:
            before = part.lines
            continue
        found[part.id] = (*found.get(part.id, ()), *before, *part.lines)
        before = ()
    if before and expectations:
        found.setdefault(expectations[0].part.id, before)
    return found


def _part_of(choice: Choice, lines: dict[str, tuple[bytes, ...]]) -> Part | None:
    """What shall be there for a directive: its own part, the altered one that is left, or nothing."""
    part = choice.expectation.part
    if choice.act.writes or choice.act is Act.NOTHING:
        return part
    left = lines.get(part.id)
    return None if left is None else Part(part.id, left)


def _is_ours_to_repair(
    found: section.Section | None,
    expectations: Sequence[Expectation],
    parts: Sequence[Part],
    last: Sequence[Part],
    *,
    damaged: bool,
) -> bool:
    """Whether a section whose directives are all as they may be still has to be written anew."""
    if found is None and not damaged:
        return False
    return not expectations or any(_is_enforced(each) for each in expectations) or bool(_withdrawn(found, parts, last))


def _is_enforced(expectation: Expectation) -> bool:
    return expectation.directive.mode == "block" and not expectation.is_excepted


def _withdrawn(found: section.Section | None, parts: Sequence[Part], last: Sequence[Part]) -> set[str]:
    """Directives that are still in the file, and no longer should be."""
    there = {each.id for each in found.parts} if found else set()
    return (there & {each.id for each in last}) - {each.id for each in parts}


def _blame(choices: list[Choice], found: section.Section | None, last: Sequence[Part]) -> list[Choice]:
    """Where somebody damaged the section around intact texts, its first blocking directive is what was altered."""
    known = {each.expectation.part.id for each in choices}
    if found is not None and found.intact:
        rest = [each.id for each in found.parts if each.id in known]
        strange = {each.id for each in found.parts} - known - {each.id for each in last}
        if not strange and rest == [each.expectation.part.id for each in choices]:
            return choices
    for number, choice in enumerate(choices):
        if choice.expectation.directive.mode == "block" and choice.act is Act.NOTHING:
            lines = tuple(chain.from_iterable(each.lines for each in found.parts)) if found else ()
            text = b"".join(line + b"\n" for line in lines) if found else None
            return [*choices[:number], Choice(choice.expectation, Act.REVERT, text), *choices[number + 1 :]]
    return choices


def _loses_lines(found: section.Section | None, last: Sequence[Part], *, damaged: bool) -> bool:
    """Whether the section holds something that this station did not write: then the file is kept before."""
    return damaged or (found is not None and (not found.intact or found.parts != tuple(last)))


def _text(lines: tuple[bytes, ...], expectation: Expectation) -> bytes:
    """The text under a header, as exact as it was written: without a last line end where the text has none.

    An altered header counts as part of the text; the one that was written last does not, also where the new one names
    another release.
    """
    headers = (expectation.part.lines[:1], (expectation.last or ())[:1])
    own = lines[1:] if lines[:1] in headers else lines
    text = b"".join(line + b"\n" for line in own)
    return text if expectation.text.endswith(b"\n") else text.removesuffix(b"\n")
