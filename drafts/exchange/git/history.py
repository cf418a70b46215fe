"""Maps the paths of a repository to fields, following renames, and finds which commits change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from drafts.exchange.git.repository import Commit, FileChange
from projects.fields import CONFIGURATION, FILES, PROMPT

DELETED: Final = "D"


@dataclass(frozen=True, slots=True)
class Selection:
    """What is imported: the path of the prompt, that of the configuration, and patterns of files.

    Paths are as they are at the revision that is imported. In a pattern `*` and `?` stay within one part of a path, and
    the part `**` matches any number of parts.
    """

    prompt: str
    configuration: str | None = None
    files: tuple[str, ...] = ()

    def is_file(self, path: str) -> bool:
        """Whether a pattern matches the path."""
        return any(_matches(path.split("/"), pattern.split("/")) for pattern in self.files)


@dataclass(frozen=True, slots=True)
class Touch:
    """A field that a commit writes, and its path; `blob` is None if the commit removes the field."""

    field: str
    path: str
    mode: str
    blob: str | None


@dataclass(frozen=True, slots=True)
class CommitChange:
    """A commit with the fields that it changes; it becomes a version."""

    commit: Commit
    touches: tuple[Touch, ...]


def commit_changes(
    commits: Sequence[Commit], changes: Mapping[str, Sequence[FileChange]], selection: Selection
) -> list[CommitChange]:
    """The commits that change a selected path, oldest first.

    Renames are followed from the newest commit back, because the selection has the newest names.
    """
    steps = []
    for commit in reversed(commits):
        entries = changes.get(commit.sha, ())
        touches = [touch for entry in entries for touch in _touches(entry, selection)]
        if touches:
            steps.append(CommitChange(commit, tuple(sorted(touches, key=lambda touch: touch.field))))
        selection = _before(entries, selection)
    return steps[::-1]


def _touches(entry: FileChange, selection: Selection) -> list[Touch]:
    path = _text(entry.path)
    source = _text(entry.source) if entry.source is not None and entry.status == "R" else None
    blob = None if entry.status == DELETED else entry.blob
    named = {selection.prompt: PROMPT, selection.configuration: CONFIGURATION}
    if path in named:
        return [Touch(named[path], path, entry.mode, blob)]
    found = []
    if source is not None and source not in named and selection.is_file(source):
        found.append(Touch(FILES + source, source, entry.mode, None))
    if selection.is_file(path):
        found.append(Touch(FILES + path, path, entry.mode, blob))
    return found


def _before(entries: Sequence[FileChange], selection: Selection) -> Selection:
    """The selection as its paths were before a commit."""
    for entry in entries:
        if entry.status != "R" or entry.source is None:
            continue
        path = _text(entry.path)
        if path == selection.prompt:
            selection = replace(selection, prompt=_text(entry.source))
        elif path == selection.configuration:
            selection = replace(selection, configuration=_text(entry.source))
    return selection


def _text(path: bytes) -> str:
    """A path as text; what is not UTF-8 becomes lone surrogates, which no field name may have."""
    return path.decode("utf-8", "surrogateescape")


def _matches(parts: Sequence[str], patterns: Sequence[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_matches(parts[number:], patterns[1:]) for number in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _matches(parts[1:], patterns[1:])
