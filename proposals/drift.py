"""Drift: whether what a proposal changes was changed by somebody else since. Compared by content, at every reading."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.core.cache import cache

from blobs.models import Blob
from drafts.compare.merging import Merge, merge_texts
from kernel.canonical import canonical_hash
from kernel.statements import Rows
from projects.writing import ProjectWrite
from proposals.kinds import KINDS, Content, Key, Kind, Staged
from proposals.models import Change, Round

# Bytes: larger texts are merged only when somebody asks for it.
LARGEST: Final = 200_000
# Bytes of all texts that one reading merges; the next one goes on.
MAX_MERGED: Final = 3_000_000
KEPT_SECONDS: Final = 7 * 24 * 3600


class Drift(StrEnum):
    """`none`: the target holds the change's base or its outcome; otherwise whether merging needs a person's choices."""

    NONE = "none"
    CLEAN = "clean"
    CHOICES = "choices"


@dataclass(frozen=True, slots=True)
class Item:
    """One change of a proposal: what its target held, and what it shall hold; with its text where it is staged.

    `since` is the version, or the moment, as of which the change names its target; `renamed` is another name that its
    file has now (`proposals.renaming`).
    """

    key: Key
    base: Content
    after: Content
    staged: str | None = None
    since: int | datetime | None = None
    renamed: str | None = None
    # Of a change of the working set: its id, and the bytes of its text, which may not have been read.
    change_id: UUID | None = None
    size: int | None = None

    @property
    def now_key(self) -> Key:
        """The key under which what its target holds now is found."""
        return self.key if self.renamed is None else Key(self.key.kind, self.renamed)

    def text(self, texts: Mapping[str, str]) -> str | None:
        """The proposed text; `texts` are those of contents, by hash."""
        if self.after is None or self.staged is not None:
            return self.staged
        return texts.get(hash_of(self.after) or "")

    def merge(self, now: Content, texts: Mapping[str, str]) -> Merge | None:
        """The merge with what the target holds now; None where a text is missing, or the kind does not merge."""
        if not self.can_merge(now):
            return None
        return merge_texts(texts[hash_of(self.base) or ""], texts[hash_of(now) or ""], self.text(texts) or "")

    def can_merge(self, now: Content) -> bool:
        """Whether all three sides are there, and are texts."""
        return KINDS[self.key.kind].merges and None not in (self.base, self.after, now)

    def has_moved(self, now: Content) -> bool:
        """Whether the target holds neither what the change was made from, nor what it makes of it.

        A file that has another name has moved, unless it holds what the change makes of it.
        """
        if self.renamed is not None:
            return now != self.after
        return now not in (self.base, self.after)

    def hashes(self, now: Content) -> dict[str, str | None]:
        """The hashes of the three sides, for a refusal; with the name that the file has now, if it is another one."""
        found = {"base": hash_of(self.base), "now": hash_of(now), "proposed": hash_of(self.after)}
        return found if self.renamed is None else {**found, "renamed": self.renamed}


def staged_of(change: Change) -> Staged:
    """The staged value of a change."""
    return Staged(change.value, change.language, change.size)


def item_of_change(change: Change) -> Item:
    """A change of the working set."""
    staged, kind = staged_of(change), KINDS[change.kind]
    text = "".join(kind.texts(staged)) if kind.merges and staged.value is not None else None
    after = kind.canonical(change.target, staged)
    return Item(
        Key(change.kind, change.target),
        change.base,
        after,
        text,
        since=change.base_version,
        change_id=change.id,
        size=change.size,
    )


def items_of_changes(changes: Iterable[Change]) -> list[Item]:
    """Changes of the working set; those of a kind that is not installed any more are left out."""
    return [item_of_change(change) for change in changes if change.kind in KINDS]


def items_of_round(round_: Round) -> list[Item]:
    """The changes of a round; those of a kind that is not installed any more are left out."""
    return items_of_sides(round_.changes, round_.created_at)


def items_of_sides(changes: Mapping[str, Any], since: datetime) -> list[Item]:
    """As `items_of_round`, of the `changes` of a round that was made at this moment."""
    found = []
    for name, sides in sorted(changes.items()):
        kind, _, target = name.partition(":")
        if kind in KINDS:
            found.append(Item(Key(kind, target), sides["base"], sides["after"], since=since))
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


def sizes_of(contents: Iterable[Content]) -> dict[str, int]:
    """The bytes of the texts behind contents, by hash; one query."""
    hashes = {digest for digest in map(hash_of, contents) if digest}
    return dict(Blob.objects.filter(pk__in=hashes).values_list("sha256", "size")) if hashes else {}


def sides_of(items: Iterable[Item], now: Mapping[Key, Content]) -> list[tuple[str, Content]]:
    """The contents that merging these changes needs, each with its kind."""
    found = []
    for item in items:
        proposed = () if item.staged is not None else (item.after,)
        found += [(item.key.kind, content) for content in (item.base, now[item.now_key], *proposed)]
    return found


def contents_now(
    project_id: UUID, keys: Iterable[Key], version: int | None = None, *, rows: Mapping[str, Rows] | None = None
) -> dict[Key, Content]:
    """What targets hold now, or in a version: one reading for each kind.

    `rows` are those that the readings of kinds (`Kind.reading`) have given already, by the kind's name.
    """

    def read(kind: Kind, targets: Collection[str]) -> Mapping[str, Content]:
        if rows is not None and kind.reading is not None and kind.name in rows:
            return kind.reading.held(rows[kind.name], targets)
        return kind.read(project_id, targets, version)

    return _contents(keys, read)


def contents_locked(write: ProjectWrite, keys: Iterable[Key]) -> dict[Key, Content]:
    """What targets hold now, under the lock of a write."""

    def read(kind: Kind, targets: Collection[str]) -> Mapping[str, Content]:
        return kind.read_locked(write, targets) if kind.read_locked else kind.read(write.project.id, targets, None)

    return _contents(keys, read)


def _contents(
    keys: Iterable[Key], read: Callable[[Kind, Collection[str]], Mapping[str, Content]]
) -> dict[Key, Content]:
    by_kind: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        by_kind[key.kind].add(key.target)
    found: dict[Key, Content] = {}
    for kind, targets in by_kind.items():
        for target, content in read(KINDS[kind], targets).items():
            found[Key(kind, target)] = content
    return found


class _Sides(NamedTuple):
    """The hashes of the texts of a merge."""

    base: str
    now: str
    after: str


class Movement(NamedTuple):
    """The drift of one change, and how many choices merging it takes.

    At least 1 where it takes any, but for texts that were not merged to find out: those have `CHOICES` and none.
    """

    drift: Drift
    choices: int = 0


UNMOVED: Final = Movement(Drift.NONE)


def movements(items: Iterable[Item], now: Mapping[Key, Content]) -> list[Movement]:
    """The drift of each change, in their order.

    Merges those that have drifted. Large texts are not merged, and not more than `MAX_MERGED` bytes at once: a list is
    read often. Texts never change, so what was counted once is kept.
    """
    every = list(items)
    moved = [item for item in every if item.has_moved(now[item.now_key]) and item.can_merge(now[item.now_key])]
    counted = _conflicts(moved, now)
    return [_movement(item, now[item.now_key], counted) for item in every]


def _movement(item: Item, now: Content, counted: Mapping[_Sides, int]) -> Movement:
    if not item.has_moved(now):
        return UNMOVED
    if hash_of(now) == hash_of(item.base):
        return Movement(Drift.CLEAN)
    if not item.can_merge(now):
        return Movement(Drift.CHOICES, 1)
    choices = counted.get(_sides(item, now))
    return Movement(Drift.CLEAN) if choices == 0 else Movement(Drift.CHOICES, choices or 0)


def _sides(item: Item, now: Content) -> _Sides:
    return _Sides(hash_of(item.base) or "", hash_of(now) or "", hash_of(item.after) or "")


def _conflicts(moved: Sequence[Item], now: Mapping[Key, Content]) -> dict[_Sides, int]:
    """How many places conflict, by the hashes of the three sides; without those that are not merged here."""
    by_sides = {_sides(item, now[item.now_key]): item for item in moved}
    names = {f"conflicts:{':'.join(sides)}": sides for sides in by_sides}
    found = {names[name]: count for name, count in cache.get_many(list(names)).items()} if names else {}
    unknown = {sides: item for sides, item in by_sides.items() if sides not in found}
    wanted = _with_staged_texts(_affordable(unknown))
    texts = texts_of(sides_of(wanted.values(), now))
    fresh = {}
    for sides, item in wanted.items():
        merge = item.merge(now[item.now_key], texts)
        fresh[sides] = merge.conflicts if merge else 1
    if fresh:
        cache.set_many({f"conflicts:{':'.join(sides)}": count for sides, count in fresh.items()}, KEPT_SECONDS)
    return found | fresh


def _affordable(unknown: Mapping[_Sides, Item]) -> dict[_Sides, Item]:
    """The first of them that are small, up to a limit of all together. Reads the sizes, not the texts."""
    hashes = {digest for sides in unknown for digest in sides}
    sizes = dict(Blob.objects.filter(pk__in=hashes).values_list("sha256", "size")) if hashes else {}
    sizes |= {sides.after: item.size for sides, item in unknown.items() if item.size is not None}
    found, total = {}, 0
    for sides, item in unknown.items():
        each = [sizes.get(digest, 0) for digest in sides]
        if max(each) <= LARGEST and total + sum(each) <= MAX_MERGED:
            found[sides] = item
            total += sum(each)
    return found


def _with_staged_texts(wanted: Mapping[_Sides, Item]) -> dict[_Sides, Item]:
    """Each with its staged text, in one query for those that lack it; without those that were staged again since."""
    ids = {item.change_id for item in wanted.values() if item.change_id is not None and item.staged is None}
    read = {change.id: item_of_change(change) for change in Change.objects.filter(pk__in=ids)} if ids else {}
    found = {}
    for sides, item in wanted.items():
        fresh = read.get(item.change_id) if item.change_id in ids else item
        if fresh is not None and fresh.after == item.after:
            found[sides] = replace(item, staged=fresh.staged)
    return found


def hash_of(content: Content) -> str | None:
    """The hash that stands for a content: a text's own, else that of the whole value. None where there is nothing."""
    if content is None:
        return None
    digest: Any = content.get("sha256")
    return digest if isinstance(digest, str) else canonical_hash(content)
