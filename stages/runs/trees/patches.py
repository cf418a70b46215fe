"""Applies a patch to a tree in memory, and says what it changed, as a clean patch.

Nothing is written: the answer holds the new texts. Paths are checked against the tree and the rules of field names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, Literal, get_args

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from projects.fields import fold_path
from stages.runs.trees.errors import PatchRejected
from stages.runs.trees.forbidden import check_writable
from stages.runs.trees.hunks import Effort, apply_hunks
from stages.runs.trees.patch_parsing import FilePatch
from stages.runs.trees.tree import MAX_TEXT, Tree
from stages.runs.trees.unified_diffs import file_diff

# In characters, of all changed files; warnings of one patch.
MAX_RESULT: Final = 32 * 1_048_576
# Bytes of the clean patch, and files in it: as much as is kept as one text, and reads as one change.
MAX_PATCH_BYTES: Final = 1_048_576
MAX_FILES_CHANGED: Final = 250
MAX_WARNINGS: Final = 50

Status = Literal["added", "modified", "deleted", "renamed"]
STATUSES: Final[tuple[str, ...]] = get_args(Status)


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file that a patch changes. `path` is its new path, of a deleted file its last; counts are of lines.

    `text` is the new text, None for a deleted file; `old_path` is given for a renamed file.
    """

    path: str
    status: Status
    added: int
    removed: int
    text: str | None = field(repr=False)
    old_path: str | None = None

    def as_data(self) -> dict[str, object]:
        """The facts without the text, for the record."""
        data: dict[str, object] = {
            "path": self.path,
            "status": self.status,
            "added": self.added,
            "removed": self.removed,
        }
        return data | ({"from": self.old_path} if self.old_path else {})


@dataclass(frozen=True, slots=True)
class PatchResult:
    """What a patch amounts to: one clean diff (git's form, empty without changes), its files, what was unclean."""

    patch: str
    files: tuple[ChangedFile, ...]
    warnings: tuple[str, ...]


def check_paths(patches: Sequence[FilePatch], *, allows: Collection[str] = ()) -> None:
    """Raise `ForbiddenPath` where a patch names a path, old or new, that a run must not change."""
    for patch in patches:
        for name in (*patch.old, *patch.new):
            check_writable(name, allows=allows)


def apply_patch(tree: Tree, patches: Sequence[FilePatch], *, allows: Collection[str] = ()) -> PatchResult:
    """Apply parsed patches to the files of a tree, all or nothing.

    `allows` holds those of `GUARDED` that may be changed. Raises `ForbiddenPath`, `PatchRejected`, and
    `UnreadableFile` for a file whose text is not read.
    """
    return apply_in_order(tree, [patches], allows=allows)


def apply_in_order(
    tree: Tree, patches_in_order: Iterable[Sequence[FilePatch]], *, allows: Collection[str] = ()
) -> PatchResult:
    """As `apply_patch`, of patches of which each is of what the one before made; the result is of all together."""
    state = _State(tree, allows)
    for patches in patches_in_order:
        check_paths(patches, allows=allows)
        for _names, same in groupby(patches, key=lambda each: (each.old, each.new, each.is_renamed, each.is_copied)):
            state.apply(list(same))
    return state.result()


class _State:
    """The files of a tree while a patch is applied."""

    def __init__(self, tree: Tree, allows: Collection[str]) -> None:
        self.tree = tree
        self.allows = allows
        self.warnings: list[str] = []
        self.effort = Effort()
        # The new texts, None for what is gone; where a renamed file came from.
        self.texts: dict[str, str | None] = {}
        self.origins: dict[str, str] = {}
        self.size = 0

    def apply(self, sections: list[FilePatch]) -> None:
        """Apply what a patch says about one file, in one or several sections that follow each other."""
        first = sections[0]
        if any(section.changes_mode for section in sections):
            shown = (first.new or first.old)[0]
            self.warnings.append(_("{path}: its mode is not changed.").format(path=shown))
        if not first.old or self._is_missing(sections):
            for section in sections:
                self._add(section)
        elif not first.new:
            self._delete(first)
        elif len(sections) == 1 or first.is_renamed or first.is_copied:
            for section in sections:
                self._change(section)
        else:
            self._change_together(sections)

    def _is_missing(self, sections: list[FilePatch]) -> bool:
        """Whether a file that is not there gets lines and loses none: its patch should have named no old file."""
        names = [*sections[0].old, *sections[0].new]
        gains = all(not hunk.old for each in sections for hunk in each.hunks)
        is_there = any(self._has(self.tree.resolve(name)) for name in names)
        return gains and bool(sections[0].hunks and sections[0].new) and not is_there

    def _change_together(self, sections: list[FilePatch]) -> None:
        """Apply several sections on one file: all speak of the file as it was, or each of what the one before made."""
        joined = FilePatch(sections[0].old, sections[0].new, [hunk for each in sections for hunk in each.hunks])
        count = len(self.warnings)
        try:
            self._change(joined)
        except PatchRejected:
            del self.warnings[count:]
            for section in sections:
                self._change(section)

    def _add(self, patch: FilePatch) -> None:
        path = self._free(patch.new)
        if any(line.sign == "-" for hunk in patch.hunks for line in hunk.lines):
            raise PatchRejected(_("{path} is a new file and cannot lose lines.").format(path=path))
        lines = [text for hunk in patch.hunks for text in hunk.new]
        ends = not any(hunk.new_open for hunk in patch.hunks)
        self._set(path, "\n".join(lines) + ("\n" if lines and ends else ""))

    def _delete(self, patch: FilePatch) -> None:
        path = self._existing(patch.old)
        there = set(self._text(path).split("\n"))
        if any(text not in there for hunk in patch.hunks for text in hunk.old):
            words = _("{path} is deleted, though it has other lines than the patch says.")
            self.warnings.append(words.format(path=path))
        self._set(path, None)

    def _change(self, patch: FilePatch) -> None:
        old = self._existing(patch.old, otherwise=() if patch.is_renamed or patch.is_copied else patch.new)
        path = self.tree.resolve(self._target(patch, old))
        if path != old and not self._has(path):
            path = self._free((path,))
        elif path != old:
            raise PatchRejected(_("{path} exists already.").format(path=path))
        text = self._text(old)
        if patch.hunks:
            self.effort.spend(text.count("\n"))
            text = apply_hunks(text, patch.hunks, path=old, effort=self.effort, warnings=self.warnings)
        if path != old and not patch.is_copied:
            self._set(old, None)
            origin = self.origins.pop(old, old)
            if origin in self.tree.files:
                self.origins[path] = origin
        self._set(path, text)

    def _target(self, patch: FilePatch, old: str) -> str:
        """The new name, read with or without its prefix as the old one was."""
        if old in {self.tree.resolve(name) for name in patch.new}:
            return old
        with_prefix = len(patch.old) > 1 and old == self.tree.resolve(patch.old[-1]) and not patch.is_renamed
        return patch.new[-1] if with_prefix else patch.new[0]

    def _has(self, path: str) -> bool:
        return self.texts[path] is not None if path in self.texts else path in self.tree.files

    def _text(self, path: str) -> str:
        text = self.texts.get(path)
        return self.tree.text(path) if text is None else text

    def _existing(self, names: Sequence[str], otherwise: Sequence[str] = ()) -> str:
        for name in (*names, *otherwise):
            path = self.tree.resolve(name)
            if self._has(path):
                return path
        raise PatchRejected(_("There is no file {path}.").format(path=names[0][:200]))

    def _free(self, names: Sequence[str]) -> str:
        """A path at which a file may be made."""
        path = self.tree.resolve(names[0])
        if self._has(path):
            raise PatchRejected(_("{path} exists already.").format(path=path[:200]))
        self.tree.check_new_path(path)
        return path

    def _set(self, path: str, text: str | None) -> None:
        check_writable(path, allows=self.allows)
        if text is None:
            self.tree.check_removable(path)
        if text is not None and len(text.encode("utf-8", "surrogatepass")) > MAX_TEXT:
            raise PatchRejected(_("{path} would have more than {most} bytes.").format(path=path, most=MAX_TEXT))
        self.texts[path] = text
        self.size += len(text or "")
        if self.size > MAX_RESULT:
            raise PatchRejected(_("The changed files have more than {most} characters.").format(most=MAX_RESULT))

    def _check_neighbours(self) -> None:
        """Raise `PatchRejected` where a new path and another are one where case is ignored, or a file and a folder."""
        new = [path for path, text in self.texts.items() if text is not None and path not in self.tree.files]
        files: dict[str, list[str]] = {}
        folders: dict[str, str] = {}
        for path in (*(each for each in self.tree.files if self._has(each)), *new) if new else ():
            *parents, folded = _prefixes(path)
            files.setdefault(folded, []).append(path)
            folders.update(dict.fromkeys(parents, path))
        for path in new:
            *parents, folded = _prefixes(path)
            others = [each for each in files[folded] if each != path] + [folders.get(folded, "")]
            others += [each for parent in parents for each in files.get(parent, [])]
            for other in filter(None, others):
                words = _("{path} cannot be made beside {other}.")
                raise PatchRejected(words.format(path=path, other=other))

    def result(self) -> PatchResult:
        """What was changed in all. Raises `PatchRejected`."""
        self._check_neighbours()
        budget = Budget()
        files: list[ChangedFile] = []
        diffs: list[str] = []
        moved = {origin for path, origin in self.origins.items() if self._has(path) and not self._has(origin)}
        for path in sorted(self.texts):
            if path in moved and self.texts[path] is None:
                continue
            origin = self.origins.get(path, path)
            origin = origin if origin == path or origin in moved else path
            entry = self._compared(path, origin, budget)
            if entry is not None:
                files.append(entry[0])
                diffs.append(entry[1])
        _check_size(len(files), sum(len(diff.encode("utf-8", "surrogatepass")) for diff in diffs))
        return PatchResult("".join(diffs), tuple(files), _shortened(self.warnings))

    def _compared(self, path: str, origin: str, budget: Budget) -> tuple[ChangedFile, str] | None:
        before = self.tree.files.get(origin)
        text = self.texts[path]
        old = self.tree.text(origin) if before else None
        if (old, origin) == (text, path):
            return None
        mode = before.mode if before else "100644"
        diff, added, removed = file_diff(
            origin if before else None,
            None if text is None else path,
            old or "",
            text or "",
            mode=mode,
            budget=budget,
        )
        status: Status = "modified"
        if old is None:
            status = "added"
        elif text is None:
            status = "deleted"
        elif origin != path:
            status = "renamed"
        return ChangedFile(path, status, added, removed, text, origin if status == "renamed" else None), diff


def _check_size(files: int, size: int) -> None:
    if files > MAX_FILES_CHANGED:
        raise PatchRejected(_("The patch changes more than {most} files.").format(most=MAX_FILES_CHANGED))
    if size > MAX_PATCH_BYTES:
        raise PatchRejected(_("The patch has more than {most} bytes.").format(most=MAX_PATCH_BYTES))


def _prefixes(path: str) -> list[str]:
    """The folders of a path and the path itself, as they are compared where case is ignored."""
    parts = fold_path(path).split("/")
    return ["/".join(parts[:size]) for size in range(1, len(parts) + 1)]


def _shortened(warnings: Sequence[str]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(warnings))
    if len(different) <= MAX_WARNINGS:
        return different
    more = _("… and {count} more.").format(count=len(different) - MAX_WARNINGS)
    return (*different[:MAX_WARNINGS], more)
