"""Which files this station keeps, and what belongs into each: editions, assignment, time and folders as one plan."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from foundry_station.authority import Authority
from foundry_station.editions import Assignment, Directive, obeyed
from foundry_station.places import Machine, NoPlace, Place, applies_to, place_of
from foundry_station.repositories import Repository
from foundry_station.section import Part, make_part

# What was last written in a place for a directive, by its id: the lines of its part; None where nothing was.
Written = Callable[[Place, str], tuple[bytes, ...] | None]
_REPORTED: Final = "warning"


@dataclass(frozen=True, slots=True)
class Entry:
    """A directive in a file: its part of the section, and its text."""

    directive: Directive
    part: Part
    text: bytes
    edition: int


@dataclass(slots=True)
class Target:
    """A file, with its directives in their order."""

    place: Place
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """All files by their paths; and each directive that holds now, with why it has no place, where it has none."""

    targets: dict[Path, Target] = field(default_factory=dict)
    directives: dict[str, Directive] = field(default_factory=dict)
    editions: dict[str, int] = field(default_factory=dict)
    without_place: dict[str, str] = field(default_factory=dict)
    assignment: Assignment | None = None

    def by_root(self) -> dict[Path, list[Target]]:
        """The targets of each folder that links may lead around in."""
        found: dict[Path, list[Target]] = defaultdict(list)
        for target in self.targets.values():
            found[target.place.root].append(target)
        return found


def make_plan(
    authority: Authority, machine: Machine, repositories: Sequence[Repository], now: datetime, *, written: Written
) -> Plan:
    """The plan for this moment. A paused directive is in it where it was written before, with what was written."""
    editions = authority.editions()
    numbers = {edition.team: edition.number for edition in editions}
    plan = Plan(assignment=authority.assignment())
    texts: dict[str, str] = {}
    for directive in obeyed(editions, now):
        plan.directives[directive.id] = directive
        plan.editions[directive.id] = numbers[directive.team]
        if directive.sha256 not in texts:
            texts[directive.sha256] = authority.text(directive.sha256)
        entry = _entry(directive, texts[directive.sha256], numbers[directive.team])
        _add(plan, entry, machine, repositories, written)
    return plan


def _entry(directive: Directive, text: str, edition: int) -> Entry:
    if directive.destination == "file":
        # Compared as it is: the hash is compared instead of lines.
        part = Part(directive.id, (directive.sha256.encode(),))
    else:
        part = make_part(id=directive.id, title=directive.title, release=directive.release, text=text)
    return Entry(directive, part, text.encode(), edition)


def _add(plan: Plan, entry: Entry, machine: Machine, repositories: Sequence[Repository], written: Written) -> None:
    directive = entry.directive
    meant: Iterable[Repository | None] = [None]
    if directive.layer == "project":
        meant = [each for each in repositories if applies_to(directive, each)]
    try:
        for repository in meant:
            place = place_of(directive, machine, repository)
            here: Entry | None = entry
            if directive.is_paused:
                here = _as_written(entry, place, written(place, directive.id))
            if here is None:
                continue
            target = plan.targets.setdefault(place.path, Target(place))
            if target.place.whole != place.whole or (place.whole and target.entries):
                plan.without_place[directive.id] = "conflict"
                continue
            target.entries.append(here)
    except NoPlace as error:
        plan.without_place[directive.id] = error.reason


def _as_written(entry: Entry, place: Place, lines: tuple[bytes, ...] | None) -> Entry | None:
    """A paused directive where it was written before: that text, whose alterations are reported and left."""
    if lines is None:
        return None
    directive, text = replace(entry.directive, mode=_REPORTED), entry.text
    if lines != entry.part.lines:
        # It has another release since it was paused.
        text = b"" if place.whole else Part(directive.id, lines).text
        sha256 = lines[0].decode() if place.whole else hashlib.sha256(text).hexdigest()
        directive = replace(directive, sha256=sha256)
    return Entry(directive, Part(directive.id, lines), text, entry.edition)
