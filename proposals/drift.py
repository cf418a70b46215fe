"""Drift: whether what a proposal changes was changed by somebody else since. Compared by content, at every reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from drafts.compare.merging import Merge, merge_texts
from kernel.canonical import canonical_hash
from proposals.kinds import KINDS, Content, Key, Staged
from proposals.models import Change, Round


class Drift(StrEnum):
    """`none`: the target holds the change's base or its outcome; otherwise whether merging needs a person's choices."""

    NONE = "none"
    CLEAN = "clean"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Item:
    """One change of a proposal: what its target held, and what it shall hold; with its text where it is staged."""

    key: Key
    base: Content
    after: Content
    staged: str | None = None

    def text(self, texts: Mapping[str, str]) -> str | None:
        """The proposed text; `texts` are those of contents, by hash."""
        if self.after is None or self.staged is not None:
            return self.staged
        return texts.get(hash_of(self.after) or "")

    def merge(self, now: Content, texts: Mapping[str, str]) -> Merge | None:
        """The merge with what the target holds now; None where a text is missing, or the kind does not merge."""
        if not KINDS[self.key.kind].merges or None in (self.base, self.after, now):
            return None
        return merge_texts(texts[hash_of(self.base) or ""], texts[hash_of(now) or ""], self.text(texts) or "")

    def has_moved(self, now: Content) -> bool:
        """Whether the target holds neither what the change was made from, nor what it makes of it."""
        return now not in (self.base, self.after)

    def hashes(self, now: Content) -> dict[str, str | None]:
        """The hashes of the three sides, for a refusal."""
        return {"base": hash_of(self.base), "now": hash_of(now), "proposed": hash_of(self.after)}


def staged_of(change: Change) -> Staged:
    """The staged value of a change."""
    return Staged(change.value, change.language, change.size)


def item_of_change(change: Change) -> Item:
    """A change of the working set."""
    staged, kind = staged_of(change), KINDS[change.kind]
    text = "".join(kind.texts(staged)) if kind.merges and staged.value is not None else None
    return Item(Key(change.kind, change.target), change.base, kind.canonical(change.target, staged), text)


def items_of_changes(changes: Iterable[Change]) -> list[Item]:
    """Changes of the working set; those of a kind that is not installed any more are left out."""
    return [item_of_change(change) for change in changes if change.kind in KINDS]


def items_of_round(round_: Round) -> list[Item]:
    """The changes of a round; those of a kind that is not installed any more are left out."""
    found = []
    for name, sides in sorted(round_.changes.items()):
        kind, _, target = name.partition(":")
        if kind in KINDS:
            found.append(Item(Key(kind, target), sides["base"], sides["after"]))
    return found


def texts_of(contents: Iterable[tuple[str, Content]]) -> dict[str, str]:
    """The texts behind contents, each with its kind, by hash: one query for each kind."""
    by_kind: defaultdict[str, list[Content]] = defaultdict(list)
    for kind, content in contents:
        by_kind[kind].append(content)
    found: dict[str, str] = {}
    for kind, each in by_kind.items():
        found |= KINDS[kind].read_texts(each)
    return found


def sides_of(items: Iterable[Item], now: Mapping[Key, Content]) -> list[tuple[str, Content]]:
    """The contents that merging these changes needs, each with its kind."""
    found = []
    for item in items:
        proposed = () if item.staged is not None else (item.after,)
        found += [(item.key.kind, content) for content in (item.base, now[item.key], *proposed)]
    return found


def contents_now(project_id: UUID, keys: Iterable[Key], version: int | None = None) -> dict[Key, Content]:
    """What targets hold now, or in a version: one reading for each kind."""
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        by_kind[key.kind].add(key.target)
    found: dict[Key, Content] = {}
    for kind, targets in by_kind.items():
        for target, content in KINDS[kind].read(project_id, targets, version).items():
            found[Key(kind, target)] = content
    return found


def drifts(items: Iterable[Item], now: Mapping[Key, Content]) -> list[Drift]:
    """The drift of each change, in their order. Reads the texts of those that have drifted only."""
    every = list(items)
    moved = [item for item in every if item.has_moved(now[item.key]) and KINDS[item.key.kind].merges]
    texts = texts_of(sides_of(moved, now))
    return [_drift(item, now[item.key], texts) for item in every]


def _drift(item: Item, now: Content, texts: Mapping[str, str]) -> Drift:
    if not item.has_moved(now):
        return Drift.NONE
    merge = item.merge(now, texts)
    return Drift.CHOICES if merge is None or merge.text is None else Drift.CLEAN


def hash_of(content: Content) -> str | None:
    """The hash that stands for a content: a text's own, else that of the whole value. None where there is nothing."""
    if content is None:
        return None
    digest: Any = content.get("sha256")
    return digest if isinstance(digest, str) else canonical_hash(content)
