"""The changes that an execution has proposed, as its page lists them: what is there now, then, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.safestring import SafeString

from accounts.models import User
from proposals.drift import Drift
from proposals.models import Change, Proposal
from proposals.reading import proposal_summaries
from stages.automation.pages.passage_words import changed_words
from stages.automation.reading.staged import StagedGroup, StagedRow, staged_groups
from stages.registers.proposing.targets import NAME, read_target
from stages.registers.reading.reader import Reader

# Every change of one record that is new or goes is picked together.
ENTITY: Final = "entity:"
# Longer than this, or in several lines, two texts are shown as one with what differs in it.
SHORT: Final = 60


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One row. `pick` is what its box sends, empty where it has none: a part of a new record, what a rule adds.

    `words` are now and then as one text with what differs marked, for long ones. `note` says that a record is new.
    """

    label: str
    address: str
    column: str
    now: str
    then: str
    why: str
    pick: str = ""
    note: str = ""
    rule: str = ""
    words: SafeString | None = None
    is_moved: bool = False
    is_part: bool = False


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows, how many can be picked, and how many of these have changed since."""

    rows: Sequence[ChangeRow]

    @property
    def picks(self) -> int:
        return sum(1 for row in self.rows if row.pick)

    @property
    def moved(self) -> int:
        return sum(1 for row in self.rows if row.pick and row.is_moved)

    @property
    def picked(self) -> int:
        return self.picks - self.moved


def changes_of(project_id: UUID, proposal: Proposal, *, user: User, whys: Mapping[str, str], reader: Reader) -> Changes:
    """The changes of a private proposal, by record."""
    moved = _moved(proposal, user)
    groups = staged_groups(project_id, proposal, reader=reader)
    return Changes([row for group in groups for row in _rows(group, whys, moved)])


def count_picks(names: Collection[str]) -> int:
    """How many changes people picked among `kind:target`: all of a record that is new or goes is one."""
    whole = f"{NAME}:record/"
    records = {each.removeprefix(whole) for each in names if each.startswith(whole)}
    return sum(1 for each in names if each.startswith(whole) or not records.intersection(_records_of(each)))


def _records_of(name: str) -> list[str]:
    kind, _colon, target = name.partition(":")
    return _entities_of(kind, target)


def left_out(proposal: Proposal, picked: Collection[str]) -> set[str]:
    """The targets of a proposal that are not among what boxes have sent."""
    found: set[str] = set()
    for change in Change.objects.filter(proposal=proposal):
        name = f"{change.kind}:{change.target}"
        if name not in picked and not any(f"{ENTITY}{each}" in picked for each in _entities(change)):
            found.add(name)
    return found


def _entities(change: Change) -> list[str]:
    """The records that a change is a part of, where these are picked as a whole."""
    return _entities_of(change.kind, change.target)


def _entities_of(kind: str, spelled: str) -> list[str]:
    target = read_target(spelled) if kind == NAME else None
    if target is None or target.word not in ("record", "facet", "field", "text"):
        return []
    return [target.parts[0]]


def _moved(proposal: Proposal, user: User) -> set[str]:
    """The targets that hold something else than when the script read them."""
    (summary,) = proposal_summaries([proposal], user=user)
    pairs = zip(summary.items, summary.movements, strict=True)
    return {str(item.key) for item, movement in pairs if movement.drift != Drift.NONE}


def _rows(group: StagedGroup, whys: Mapping[str, str], moved: Collection[str]) -> list[ChangeRow]:
    is_whole = bool(group.change)
    found = []
    if is_whole:
        name = f"{NAME}:record/{group.entity}"
        is_moved = name in moved or any(each.target in moved for each in group.rows)
        why = whys.get(name, "") or next((whys[each.target] for each in group.rows if each.target in whys), "")
        found.append(
            ChangeRow(
                *(group.label, group.address, "", "", "", why),
                pick=f"{ENTITY}{group.entity}",
                note=group.note,
                is_moved=is_moved,
            )
        )
    for at, row in enumerate(group.rows):
        label = group.label if at == 0 and not is_whole else ""
        found.append(_row(group, row, label, whys, moved, is_part=is_whole and _is_of(row, group.entity)))
    return found


def _is_of(row: StagedRow, entity: str) -> bool:
    """Whether a row goes with its record; a link of a new record is picked by itself."""
    target = read_target(row.target.partition(":")[2])
    return target is not None and target.word in ("record", "facet", "field", "text") and target.parts[0] == entity


def _row(
    group: StagedGroup,
    row: StagedRow,
    label: str,
    whys: Mapping[str, str],
    moved: Collection[str],
    *,
    is_part: bool,
) -> ChangeRow:
    is_long = any(len(each) > SHORT or "\n" in each for each in (row.now, row.then))
    facts: dict[str, Any] = {
        "pick": "" if is_part or not row.target else row.target,
        "rule": row.why,
        "is_part": is_part,
        "is_moved": not is_part and row.target in moved,
        "words": changed_words(row.now, row.then) if is_long and row.now and row.then else None,
    }
    why = "" if row.why else whys.get(row.target, "")
    return ChangeRow(label, group.address, row.column, row.now, row.then, why, **facts)
