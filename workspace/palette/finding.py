"""What the palette offers for what was typed, from the groups and sources that apps register."""

from __future__ import annotations

from workspace.highlighting import marked
from workspace.palette.entries import Item, PaletteContext, PaletteEntry, ResultGroup, ranked
from workspace.palette.registry import GROUPS, SOURCES, Matching, PaletteGroup


def find(context: PaletteContext, question: str) -> list[ResultGroup]:
    """Groups of entries that fit `question`, the group with the best first; without a question what is nearest.

    A fixed number of queries, whatever the project holds.
    """
    groups = {name: group for name, group in GROUPS.items() if question or group.matching is Matching.RANKED}
    found = {name: _filled(group, _entries(name, context, question), question) for name, group in groups.items()}
    filled = [(groups[name].matching, group) for name, group in found.items() if group is not None]
    best = [group for matching, group in filled if matching is Matching.RANKED]
    if question:
        best.sort(key=lambda group: -group.score)
    return best + [group for matching, group in filled if matching is not Matching.RANKED]


def _entries(name: str, context: PaletteContext, question: str) -> list[PaletteEntry]:
    sources = [source for source in SOURCES.values() if source.group == name]
    return [entry for source in sources for entry in source.entries(context, question)]


def _filled(group: PaletteGroup, entries: list[PaletteEntry], question: str) -> ResultGroup | None:
    label = str(group.label)
    if group.matching is Matching.RANKED:
        return ranked(label, entries, question, limit=group.limit)
    if group.matching is Matching.SEARCHED:
        items = [Item(entry, list(marked(entry.label, question)), 0) for entry in entries]
    else:
        items = [Item(entry, [(entry.label, False)], 0) for entry in entries]
    return ResultGroup(label, items[: group.limit]) if items else None
