"""Finds renamed files: those with the same, or nearly the same, content under another name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Final

from drafts.compare.budget import Budget

# The share of the characters of both files that must be in lines which both have.
MIN_SIMILARITY: Final = 0.6
# With more pairs of files, only equal content is found.
MAX_PAIRS: Final = 2_000


def renamed_files(
    removed: Mapping[str, str], added: Mapping[str, str], text_of: Callable[[str], str], budget: Budget
) -> dict[str, str]:
    """New name → old name. `removed` and `added` give each file's hash; `text_of` reads a content by its hash."""
    found = _same_content(removed, added)
    left = {name: digest for name, digest in removed.items() if name not in found.values()}
    right = {name: digest for name, digest in added.items() if name not in found}
    if len(left) * len(right) > MAX_PAIRS:
        budget.give_up()
        return found
    if left and right:
        found |= _similar(left, right, text_of)
    return found


def _same_content(removed: Mapping[str, str], added: Mapping[str, str]) -> dict[str, str]:
    """By hash; among several files with the same content, one with an unchanged file name is preferred."""
    by_hash: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(removed):
        by_hash[removed[name]].append(name)
    found: dict[str, str] = {}
    for keeps_name in (True, False):
        for name in sorted(added):
            here = by_hash[added[name]]
            source = next((old for old in here if not keeps_name or _last_name(old) == _last_name(name)), None)
            if name not in found and source is not None:
                found[name] = source
                here.remove(source)
    return found


def _similar(removed: Mapping[str, str], added: Mapping[str, str], text_of: Callable[[str], str]) -> dict[str, str]:
    old = {name: _signs_by_line(text_of(digest)) for name, digest in removed.items()}
    new = {name: _signs_by_line(text_of(digest)) for name, digest in added.items()}
    scored = [
        (_likeness(old[source], new[name]), _last_name(source) == _last_name(name), source, name)
        for source in sorted(old)
        for name in sorted(new)
    ]
    found: dict[str, str] = {}
    for like, _, source, name in sorted(scored, key=lambda each: (-each[0], not each[1], each[2:])):
        if like >= MIN_SIMILARITY and name not in found and source not in found.values():
            found[name] = source
    return found


def _signs_by_line(text: str) -> Counter[str]:
    signs: Counter[str] = Counter()
    for line in text.split("\n"):
        signs[line] += len(line)
    return signs


def _likeness(old: Counter[str], new: Counter[str]) -> float:
    total = old.total() + new.total()
    fewer, more = sorted((old, new), key=len)
    common = sum(min(count, more[line]) for line, count in fewer.items() if line in more)
    return 2 * common / total if total else 0.0


def _last_name(name: str) -> str:
    return name.rsplit("/", 1)[-1]
