"""Finds the patch within a model's answer: between fences, or from its first header on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FENCE: Final = re.compile(r"(`{3,}|~{3,})[^`~\n]{0,100}")


@dataclass(frozen=True, slots=True)
class Answer:
    """The parts of an answer. `patch` is empty where it has none; `is_fenced`: the patch was marked as such."""

    patch: str
    prose: str
    is_fenced: bool


def split_answer(text: str) -> Answer:
    """Take an answer apart. Several fences with a diff are one patch; a fence that never closes reaches to the end."""
    patches: list[str] = []
    prose: list[str] = []
    fence: str | None = None
    inside: list[str] = []
    for line in text.split("\n"):
        marker = _FENCE.fullmatch(line.rstrip())
        if fence is None:
            fence = marker[1] if marker else None
            prose += [] if marker else [line]
        elif marker and marker[1].startswith(fence) and marker[1] == line.rstrip():
            (patches if _is_diff(inside) else prose).extend(inside)
            fence, inside = None, []
        else:
            inside.append(line)
    (patches if _is_diff(inside) else prose).extend(inside)
    if patches:
        return Answer("\n".join([*patches, ""]), "\n".join(prose).strip(), is_fenced=True)
    start = next((at for at in range(len(prose)) if _begins(prose, at)), None)
    if start is None:
        return Answer("", text.strip(), is_fenced=False)
    return Answer("\n".join(prose[start:]), "\n".join(prose[:start]).strip(), is_fenced=False)


def _is_diff(lines: list[str]) -> bool:
    return any(_begins(lines, at) for at in range(len(lines)))


def _begins(lines: list[str], at: int) -> bool:
    """Whether a diff begins with this line."""
    if lines[at].startswith("diff --git "):
        return True
    return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")
