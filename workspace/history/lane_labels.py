"""The labels before the lanes of the version map: short, and no two of them alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from projects import field_names

# In characters.
MAX_LABEL: Final = 22
# Of what files have in common, a label that begins in the middle of their names repeats so many.
COMMON: Final = 3


def lane_labels(names: Sequence[str]) -> dict[str, str]:
    """The label of each field: the innermost folder and the name, cut in the middle to `MAX_LABEL`.

    Files that would look alike get labels that begin where their names begin to differ.
    """
    folders = field_names.distinct_folders(names)
    shorts = {name: field_names.short_label(name) for name in names}
    return _different({name: folders.get(name, "") + short for name, short in shorts.items()}, start=0)


def _different(texts: Mapping[str, str], *, start: int) -> dict[str, str]:
    """Cut the texts, which are alike before `start`; those that a cut makes alike are cut elsewhere."""
    alike: dict[str, list[str]] = defaultdict(list)
    for name, text in texts.items():
        alike[_cut(text, start)].append(name)
    labels: dict[str, str] = {}
    for label, group in alike.items():
        same = {name: texts[name] for name in group}
        common = _common(same.values())
        if len(group) > 1 and len(set(same.values())) > 1 and common > start:
            labels |= _different(same, start=common)
        else:
            labels |= dict.fromkeys(group, label)
    return labels


def _common(texts: Collection[str]) -> int:
    """How many characters all of them begin with."""
    first, last = min(texts), max(texts)
    return next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))


def _cut(text: str, start: int) -> str:
    """A text in its middle, from a little before `start` on."""
    begin = max(start - COMMON, 0)
    text = f"…{text[begin:]}" if begin > 1 else text
    if len(text) <= MAX_LABEL:
        return text
    return f"{text[: MAX_LABEL - field_names.END_LENGTH - 1]}…{text[-field_names.END_LENGTH :]}"
