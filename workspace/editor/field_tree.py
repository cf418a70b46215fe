"""The list of fields as a tree: prompt and configuration, then the files in their folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Generic, Protocol, TypeVar

from projects.fields import file_path


class Named(Protocol):
    """A field, by its name."""

    @property
    def name(self) -> str: ...


F = TypeVar("F", bound=Named)


@dataclass(frozen=True, slots=True)
class TreeRow(Generic[F]):
    """One row: a field, or the folder at `path`. `level`, `position` and `size` are those of a WAI-ARIA tree item.

    Folders that hold nothing but one folder share its row: `label` is then a path. `folder` is the path of the row that
    this one lies in; empty at the top.
    """

    path: str
    label: str
    folder: str
    level: int
    position: int
    size: int
    field: F | None = None


def tree_rows(fields: Iterable[F]) -> list[TreeRow[F]]:
    """The rows of fields in their usual order, each folder before what lies in it."""
    return list(_rows(list(fields), folder="", level=1))


def _rows(fields: Sequence[F], *, folder: str, level: int) -> Iterator[TreeRow[F]]:
    entries = _entries(fields, folder)
    for position, (path, inside) in enumerate(entries, start=1):
        label = path[len(folder) + 1 :] if folder else path
        if path == file_path(inside[0].name):
            yield TreeRow(path, label, folder, level, position, len(entries), inside[0])
        else:
            yield TreeRow(path, label, folder, level, position, len(entries))
            yield from _rows(inside, folder=path, level=level + 1)


def _entries(fields: Sequence[F], folder: str) -> list[tuple[str, list[F]]]:
    """What lies in a folder: each path with the fields there, one for a file."""
    depth = folder.count("/") + 1 if folder else 0
    found: list[tuple[str, list[F]]] = []
    for (path, _is_file), group in groupby(fields, key=lambda field: _entry_of(field, depth)):
        inside = list(group)
        found.append((_with_only_folders(path, inside), inside))
    return found


def _entry_of(field: Named, depth: int) -> tuple[str, bool]:
    """The path of what contains a field in a folder of this depth, and whether it is the field itself."""
    whole = file_path(field.name)
    path = "/".join(whole.split("/")[: depth + 1])
    return path, path == whole


def _with_only_folders(path: str, inside: Sequence[Named]) -> str:
    """The path of a folder, or of the innermost one that holds all that is in it."""
    while path != file_path(inside[0].name):
        entries = {(file_path(field.name)[len(path) + 1 :]).partition("/")[:2] for field in inside}
        if len(entries) > 1 or entries == {(entry, "") for entry, _ in entries}:
            return path
        path = f"{path}/{next(iter(entries))[0]}"
    return path
