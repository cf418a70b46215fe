"""What one version of a module says differently from another: texts, rules, views, and what it names no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stages.automation.packages import Manifest
from stages.automation.reading.packages import Module, files_of


@dataclass(frozen=True, slots=True)
class TextChange:
    """A file that is another one; empty where it is not in a version."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PartChange:
    """A rule or a view that is another one; None where it is not in a version."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Upgrade:
    """From one version to another. `unnamed` are columns that stay, by table and name ("" for the whole table)."""

    before: Module
    after: Module
    texts: list[TextChange]
    rules: list[PartChange]
    views: list[PartChange]
    unnamed: list[tuple[str, str]]

    @property
    def is_empty(self) -> bool:
        return not (self.texts or self.rules or self.views or self.unnamed)


def compare_versions(before: Module, after: Module) -> Upgrade:
    """What is different, by names."""
    old, new = before.manifest, after.manifest
    return Upgrade(
        before,
        after,
        _texts(files_of(before), files_of(after)),
        _parts(old, new, lambda manifest: manifest.rules),
        _parts(old, new, lambda manifest: manifest.views),
        list(_unnamed(old, new)),
    )


def _texts(old: Mapping[str, str], new: Mapping[str, str]) -> list[TextChange]:
    """Files of scripts and views; a view in TypeScript is shown by what it was written in."""
    paths = sorted(path for path in old.keys() | new.keys() if path.startswith(("scripts/", "views/")))
    changes = (TextChange(path, old.get(path, ""), new.get(path, "")) for path in paths if not _is_made(path, old, new))
    return [each for each in changes if each.before != each.after]


def _is_made(path: str, *versions: Mapping[str, str]) -> bool:
    """Whether a script was bundled from a text beside it."""
    source = f"{path.removesuffix('.js')}.ts"
    return path.endswith(".js") and all(source in files for files in versions if path in files)


def _parts(old: Manifest, new: Manifest, of: Callable[[Manifest], Mapping[str, Any]]) -> list[PartChange]:
    before, after = of(old), of(new)
    names = [*after, *(each for each in before if each not in after)]
    changes = (PartChange(each, before.get(each), after.get(each)) for each in names)
    return [each for each in changes if msgspec.to_builtins(each.before) != msgspec.to_builtins(each.after)]


def _unnamed(old: Manifest, new: Manifest) -> Iterator[tuple[str, str]]:
    for table, spec in old.tables.items():
        if table not in new.tables:
            yield table, ""
            continue
        yield from ((table, column) for column in spec.columns if column not in new.tables[table].columns)
