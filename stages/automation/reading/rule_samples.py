"""The first records that a rule would change, with their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from stages.automation.consequences.looking import Look
from stages.registers.reading.naming import Named, names_of
from stages.registers.reading.reader import Reader

# Of each kind of change.
SAMPLE: Final = 10


@dataclass(frozen=True, slots=True)
class Sample:
    """A record, and what would become of it: it `joins`, `leaves`, `stays`, gets values (`fills`), or `none`.

    `kept_out` is one that matches and that a person took out.
    """

    named: Named
    change: str


def sample_of(reader: Reader, look: Look) -> list[Sample]:
    """The first records of each change, then of those that would be as they are."""
    filled = look.filled
    changed = {*look.joining, *filled, *look.kept_out}
    listed = [
        *_first(look.joining, "joins"),
        *_first(look.leaving, "leaves"),
        *_first(filled, "fills"),
        *_first(look.staying, "stays"),
        *_first(look.kept_out, "kept_out"),
        *_first((each for each in look.matching if each not in changed), "none"),
    ]
    names = names_of(reader, [record for record, _change in listed])
    return [Sample(names[record], change) for record, change in listed]


def _first(records: Iterable[str], change: str) -> list[tuple[str, str]]:
    return [(each, change) for _at, each in zip(range(SAMPLE), records, strict=False)]
