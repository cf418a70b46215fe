"""The operations on a text that no other of them had seen: who knows these knows the text as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from stages.registers.fold.clocks import join
from stages.registers.fold.effects import Field, make_write
from stages.registers.fold.facts import Tips
from stages.registers.fold.hlc import ZERO
from stages.registers.fold.operations import Operation


def unseen(operations: Iterable[Operation]) -> list[Operation]:
    """Of operations on one thing, in canonical order, those that no other of them had seen."""
    seen: dict[str, str] = {}
    newest: dict[str, Operation] = {}
    for each in operations:
        join(seen, each.clock)
        newest[each.site] = each
    found = [each for each in newest.values() if each.hlc > seen.get(each.site, ZERO)]
    return sorted(found, key=lambda each: each.order)


def tips_of_texts(texts: Mapping[Field, str], operations: Callable[[Field], Iterable[Operation]]) -> Tips:
    """Of texts that are one field, the operations whose words stand side by side, each with its text.

    `operations` answers those on a text, in canonical order. An empty text is left out.
    """
    tips = [make_write(each, text) for field, text in texts.items() if text for each in unseen(operations(field))]
    return tuple(sorted(tips, key=lambda tip: tip.order))
