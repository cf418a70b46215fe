"""What changed between two versions that answered a case differently: lines, and no claim that they are the cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from drafts.compare.text import Row, compare_texts
from projects import field_names
from projects.fields import CONFIGURATION, PROMPT
from stages.runs.pages.matrix import question_of
from stages.runs.results import Results
from stages.runs.sources import source_texts

# Changed lines of one text that a cell shows; the comparison of the versions has all of them.
MAX_LINES: Final = 12


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One text that changed: its name, the first changed line of the newer text, and its first changed lines."""

    label: str
    line: int
    rows: list[Row]
    more: int


def case_changes(found: Results, key: str) -> list[CaseChange]:
    """What the case was asked, the prompt and the configuration: those that differ from the baseline's."""
    if found.baseline is None:
        return []
    fields = (PROMPT, CONFIGURATION)
    old, new = (source_texts(side.experiment, set(fields)) for side in (found.baseline, found))
    texts = {_("Question"): (_question(found.baseline, key), _question(found, key))}
    texts |= {field_names.label(name): (old.get(name, ""), new.get(name, "")) for name in fields}
    budget = Budget()
    return [_change(label, *sides, budget) for label, sides in texts.items() if sides[0] != sides[1]]


def _question(found: Results, key: str) -> str:
    case = next((case for case in found.plan.cases if case.key == key), None)
    return question_of(found, case) if case is not None else ""


def _change(label: str, old: str, new: str, budget: Budget) -> CaseChange:
    difference = compare_texts(old, new, context=0, budget=budget)
    rows = list(islice(_changed(row for hunk in difference.hunks for row in hunk.rows), MAX_LINES))
    counts = difference.counts
    every = counts.lines_added + counts.lines_removed + 2 * counts.lines_moved
    first = next((hunk.new_start for hunk in difference.hunks), 1)
    return CaseChange(label, max(1, first), rows, max(0, every - len(rows)))


def _changed(rows: Iterator[Row]) -> Iterator[Row]:
    return (row for row in rows if row.kind != "equal")
