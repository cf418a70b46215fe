"""What a round changes besides fields: targets of the kinds that stages have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from proposals.drift import Item, contents_now, hash_of, items_of_round, texts_of
from proposals.kinds import DEFAULT_KIND, KINDS, Content, Key
from proposals.models import Round
from workspace.proposals.comparing import BASE, CURRENT, Against


@dataclass(frozen=True, slots=True)
class Operation:
    op: Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class OtherChange:
    """A target of another kind than fields, with its text on both sides; None where it holds nothing there.

    `address` is its page, `reason` why whatever made the proposal changes it; both may be empty. It looks like a value
    of a document to the table of values (`workspace.compare.rows`).
    """

    last: str
    old: str | None
    new: str | None
    holders: tuple[str, ...] = ()
    source: str = ""
    address: str = ""
    reason: str = ""

    @property
    def change(self) -> Operation:
        return Operation("added" if self.old is None else "removed" if self.new is None else "changed")


def other_changes(round_: Round, against: Against, reasons: Mapping[str, str] | None = None) -> list[OtherChange]:
    """Those whose two sides differ, by their labels. A kind that is not installed any more is left out.

    `reasons` are those of changes, by the names of their targets.
    """
    items = [item for item in items_of_round(round_) if item.key.kind != DEFAULT_KIND]
    if not items:
        return []
    old = _other_side(round_, against, items)
    sides = [(item, old.get(str(item.key)), item.after) for item in items]
    texts = texts_of((item.key.kind, content) for item, *both in sides for content in both)

    def text_of(content: Content) -> str | None:
        return texts.get(hash_of(content) or "") if content is not None else None

    changed = [(item.key, text_of(before), text_of(after)) for item, before, after in sides if before != after]
    labels = _labels(round_.project_id, {item.key: new if new is not None else before for item, before, new in sides})
    addresses = _addresses(round_.project_id, [key for key, *_texts in changed])
    whys = reasons or {}
    found = [
        OtherChange(labels[key], old_text, new_text, address=addresses.get(key, ""), reason=whys.get(str(key), ""))
        for key, old_text, new_text in changed
    ]
    return sorted(found, key=lambda change: change.last)


def follow_ups(round_: Round) -> list[OtherChange]:
    """What else an acceptance of a round would change, such as by rules; `holders` has what does it."""
    found: list[OtherChange] = []
    by_kind: dict[str, dict[str, Content]] = {}
    for item in items_of_round(round_):
        by_kind.setdefault(item.key.kind, {})[item.key.target] = item.after
    for name, changes in by_kind.items():
        kind = KINDS.get(name)
        if kind is None or kind.follows is None:
            continue
        listed = kind.follows(round_.project_id, changes)
        texts = kind.read_texts([content for each in listed for content in (each.before, each.after)])
        held = {each.target: each.after if each.after is not None else each.before for each in listed}
        labels = kind.labels_in(round_.project_id, {**changes, **held})
        for each in listed:
            before, after = (texts.get(hash_of(content) or "") for content in (each.before, each.after))
            found.append(OtherChange(labels[each.target], before, after, holders=(each.source,)))
    return found


def _labels(project_id: UUID, contents: Mapping[Key, Content]) -> dict[Key, str]:
    held = {
        name: {target: contents[Key(name, target)] for target in targets}
        for name, targets in _by_kind(contents).items()
    }
    found = {name: KINDS[name].labels_in(project_id, of_kind) for name, of_kind in held.items()}
    return {Key(name, target): label for name, labels in found.items() for target, label in labels.items()}


def _addresses(project_id: UUID, keys: Iterable[Key]) -> dict[Key, str]:
    found = {name: KINDS[name].addresses_in(project_id, targets) for name, targets in _by_kind(keys).items()}
    return {Key(name, target): page for name, pages in found.items() for target, page in pages.items()}


def _by_kind(keys: Iterable[Key]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key in keys:
        found.setdefault(key.kind, []).append(key.target)
    return found


def _other_side(round_: Round, against: Against, items: list[Item]) -> dict[str, Content]:
    if against.name == BASE:
        return {str(item.key): item.base for item in items}
    now = contents_now(round_.project_id, [item.key for item in items])
    found = {str(key): content for key, content in now.items()}
    if against.name != CURRENT and against.round is not None:
        found |= {str(item.key): item.after for item in items_of_round(against.round)}
    return found
