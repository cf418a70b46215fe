"""The list of fields as a tree: prompt and configuration, then the files in their folders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from projects.fields import file_path


class Named(Protocol):
    """A field, by its name."""

    @property
    def name(self) -> str: ...


F = TypeVar("F", bound=Named)


@dataclass(frozen=True, slots=True)
class TreeRow(Generic[F]):
    """One row: a field, or the folder at `path`. `level`, `position` and `size` are those of a WAI-ARIA tree item."""

    path: str
    label: str
    level: int
    position: int
    size: int
    field: F | None = None

    @property
    def folder(self) -> str:
        """The folder that the row lies in; empty at the top."""
        return self.path.rpartition("/")[0]


def tree_rows(fields: Iterable[F]) -> list[TreeRow[F]]:
    """The rows of fields in their usual order, each folder before what lies in it."""
    found = list(_rows(fields))
    sizes = Counter(path.rpartition("/")[0] for path, _, _ in found)
    positions: Counter[str] = Counter()
    rows: list[TreeRow[F]] = []
    for path, label, field in found:
        folder = path.rpartition("/")[0]
        positions[folder] += 1
        rows.append(TreeRow(path, label, path.count("/") + 1, positions[folder], sizes[folder], field))
    return rows


def _rows(fields: Iterable[F]) -> Iterator[tuple[str, str, F | None]]:
    known: set[str] = set()
    for field in fields:
        path = file_path(field.name)
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            if folder not in known:
                known.add(folder)
                yield folder, parts[depth - 1], None
        yield path, parts[-1], field
