"""The report: each link once, and a row for each gap. The same registers and version always give the same bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from drafts.models import Draft
from kernel.spreadsheets import UTF8_MARK, csv_lines
from stages.automation.passages.reading import Passage, Position, positions_of
from stages.automation.traceability.sources import Item, Source, items_of, title_of

REQUIREMENTS: Final = "requirements"
RISKS: Final = "risks"
TESTS: Final = "tests"
VERIFIES: Final = "verifies"
MITIGATES: Final = "mitigates"
IMPLEMENTED_BY: Final = "implemented_by"
# A requirement that was given up needs neither test nor passage.
DROPPED: Final = "dropped"

# In English wherever it is made, as its hash is on record.
HEAD: Final = ("kind", "key", "text", "relation", "linked", "linked_text", "state")


class State(StrEnum):
    CONFIRMED = "confirmed"
    SUSPECT = "suspect"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Line:
    """One link of a record, or what it has none of."""

    kind: str
    item: Item
    relation: str
    state: State
    linked: str = ""
    linked_text: str = ""

    def cells(self) -> tuple[str, ...]:
        key, text = self.item.key or self.item.record, self.item.text
        return (self.kind, key, text, self.relation, self.linked, self.linked_text, self.state)


@dataclass(frozen=True, slots=True)
class Report:
    """All lines, requirements first, then risks, then test cases that verify nothing."""

    lines: Sequence[Line]

    def count(self, state: State, *relations: str) -> int:
        """How many lines are in a state, of these relations or of all."""
        return sum(each.state == state and (not relations or each.relation in relations) for each in self.lines)

    def first(self, state: State) -> Line | None:
        return next((each for each in self.lines if each.state == state), None)

    def as_csv(self) -> bytes:
        return UTF8_MARK + csv_lines([HEAD, *(each.cells() for each in self.lines)])


@dataclass(frozen=True, slots=True)
class _Linked:
    """The other end of a link, and its state."""

    record: str
    state: State


def report_of(source: Source, draft: Draft) -> Report:
    """The report of the registers of a source and a version."""
    requirements, risks, tests = (items_of(source, each) for each in (REQUIREMENTS, RISKS, TESTS))
    wanted = [each for each in requirements if not _is_dropped(source, each)]
    named = {each.record: each for each in (*requirements, *risks, *tests)}
    verified = _linked(source, VERIFIES, to_target=True)
    mitigated = _linked(source, MITIGATES, to_target=True)
    verifying = _linked(source, VERIFIES, to_target=False)
    lines: list[Line] = []
    passages = _Passages(source, draft)
    for each in wanted:
        lines += _lines("requirement", each, "verified by", _named(verified[each.record], named))
        lines += passages.lines(each)
    for each in risks:
        lines += _lines("risk", each, "mitigated by", _named(mitigated[each.record], named))
    for each in tests:
        if not _named(verifying[each.record], named):
            lines.append(Line("test case", each, "verifies", State.GAP))
    return Report(lines)


class _Passages:
    """The passages that requirements are linked to, as they are in a version."""

    def __init__(self, source: Source, draft: Draft) -> None:
        self.linked = _linked(source, IMPLEMENTED_BY, to_target=False)
        wanted = {other.record for each in self.linked.values() for other in each}
        self.passages: Mapping[str, Passage] = {
            each.record: each for each in source.passages() if each.record in wanted
        }
        self.positions: Mapping[str, Position] = positions_of(self.passages.values(), draft)

    def lines(self, item: Item) -> Iterator[Line]:
        found = [each for each in self.linked[item.record] if each.record in self.passages]
        if not found:
            yield Line("requirement", item, "implemented by", State.GAP)
        for each in sorted(found, key=lambda other: _where(self.positions[other.record])):
            passage, position = self.passages[each.record], self.positions[each.record]
            # What has changed in the version may not be noted in the registers yet.
            state = each.state if position.text == passage.text else State.SUSPECT
            yield Line("requirement", item, "implemented by", state, _where(position), position.text or passage.quote)


def _where(position: Position) -> str:
    if position.span is None:
        return f"{position.field} (removed)"
    return f"{position.field} L{position.span.from_line}-{position.span.to_line}"


def _is_dropped(source: Source, item: Item) -> bool:
    return title_of(source, REQUIREMENTS, "status", item.shown.get("status")).casefold() == DROPPED


def _linked(source: Source, relation: str, *, to_target: bool) -> dict[str, list[_Linked]]:
    """The other ends of a relation's links, by the target or else by the source; each once."""
    edges = source.edges(relation)
    traces = source.trace(edges)
    found: dict[str, dict[str, State]] = defaultdict(dict)
    for each in edges:
        one, other = (each.target, each.source) if to_target else (each.source, each.target)
        state = State.SUSPECT if traces[each.edge].suspect else State.CONFIRMED
        found[one][other] = max(state, found[one].get(other, state))
    ends = {one: [_Linked(other, state) for other, state in others.items()] for one, others in found.items()}
    return defaultdict(list, ends)


def _named(linked: Iterable[_Linked], named: Mapping[str, Item]) -> list[tuple[Item, State]]:
    """Those that are records of the report's tables, by their keys."""
    found = [(named[each.record], each.state) for each in linked if each.record in named]
    return sorted(found, key=lambda each: (len(each[0].key), each[0].key, each[0].record))


def _lines(kind: str, item: Item, relation: str, others: Sequence[tuple[Item, State]]) -> Iterator[Line]:
    if not others:
        yield Line(kind, item, relation, State.GAP)
    for other, state in others:
        yield Line(kind, item, relation, state, other.key or other.record, other.text)
