"""Every change of one value in a JSON document, one at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

# Where a value is: the names and numbers that lead to it.
Path = tuple[str | int, ...]


def paths_of(value: Any, here: Path = ()) -> Iterator[Path]:
    """Every value inside a document, members of members included, but not the document itself."""
    if isinstance(value, dict):
        for name in value:
            yield (*here, name)
            yield from paths_of(value[name], (*here, name))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield (*here, number)
            yield from paths_of(each, (*here, number))


def another(value: Any) -> Any:
    """A value of the same kind, and as credible as can be, that is another one."""
    if value is None:
        return "2026-01-01T00:00:00.000000Z"
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return _another_text(value)
    if isinstance(value, list):
        return value[1:] or ["something else"]
    return dict(list(value.items())[1:]) or {"prompt_text": None}


def changed(document: Any, path: Path) -> Any:
    """The document with another value there."""
    return _with(document, path, lambda inside, name: inside.__setitem__(name, another(inside[name])))


def without(document: Any, path: Path) -> Any:
    """The document with that value left out."""
    return _with(document, path, lambda inside, name: inside.__delitem__(name))


def _with(document: Any, path: Path, change: Any) -> Any:
    made = copy.deepcopy(document)
    inside = made
    for name in path[:-1]:
        inside = inside[name]
    change(inside, path[-1])
    return made


def _another_text(text: str) -> str:
    """Another digit where there is one, so that hashes, times and ids stay well formed; else one letter more."""
    for place in range(len(text) - 1, -1, -1):
        if text[place].isdigit():
            return f"{text[:place]}{(int(text[place]) + 1) % 10}{text[place + 1 :]}"
    return f"{text}x"
