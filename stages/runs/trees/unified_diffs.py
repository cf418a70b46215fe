"""Writes unified diffs as git does, for files that a run changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from drafts.compare.budget import Budget
from drafts.compare.lines import TextLines, changed_stretches
from drafts.compare.sequences import Gap
from stages.runs.trees.patch_names import quoted

CONTEXT: Final = 3
_NO_END: Final = "\\ No newline at end of file\n"


def file_diff(
    old_path: str | None, path: str | None, old: str, new: str, *, budget: Budget, mode: str = "100644"
) -> tuple[str, int, int]:
    """The diff of one file, with how many lines it adds and removes.

    `old_path` is None for a new file, `path` for a deleted one; if they differ, the file is renamed. Beyond the
    `budget`, which several files may share, the diff is correct but coarse.
    """
    shown_old, shown = old_path or path, path or old_path
    assert shown_old is not None
    assert shown is not None
    head = [f"diff --git {quoted('a/' + shown_old)} {quoted('b/' + shown)}\n"]
    if old_path is None:
        head.append(f"new file mode {mode}\n")
    elif path is None:
        head.append(f"deleted file mode {mode}\n")
    elif path != old_path:
        head.append(f"rename from {quoted(old_path)}\nrename to {quoted(path)}\n")
    before, after = TextLines.of(old), TextLines.of(new)
    stretches = changed_stretches(before, after, budget)
    if stretches:
        head.append(_header("---", old_path and "a/" + old_path) + _header("+++", path and "b/" + path))
    hunks = (line for group in _groups(stretches) for line in _hunk(before, after, group))
    added = sum(gap.new_end - gap.new_start for gap in stretches)
    removed = sum(gap.old_end - gap.old_start for gap in stretches)
    return "".join([*head, *hunks]), added, removed


def _header(sign: str, path: str | None) -> str:
    if not path:
        return f"{sign} /dev/null\n"
    # As git does, so that a reader knows where a name with blanks ends.
    return f"{sign} {quoted(path)}" + ("\t\n" if " " in path else "\n")


def _groups(stretches: Iterable[Gap]) -> Iterator[list[Gap]]:
    """The stretches whose context touches, together."""
    group: list[Gap] = []
    for gap in stretches:
        if group and gap.old_start - group[-1].old_end > 2 * CONTEXT:
            yield group
            group = []
        group.append(gap)
    if group:
        yield group


def _hunk(old: TextLines, new: TextLines, group: Sequence[Gap]) -> Iterator[str]:
    first, last = group[0], group[-1]
    before = min(CONTEXT, first.old_start)
    after = min(CONTEXT, len(old.lines) - last.old_end)
    old_at, old_end = first.old_start - before, last.old_end + after
    new_at, new_end = first.new_start - before, last.new_end + after
    yield f"@@ -{_range(old_at, old_end)} +{_range(new_at, new_end)} @@\n"
    for gap in group:
        yield from _lines(" ", old, old_at, gap.old_start)
        yield from _lines("-", old, gap.old_start, gap.old_end)
        yield from _lines("+", new, gap.new_start, gap.new_end)
        old_at = gap.old_end
    yield from _lines(" ", old, old_at, old_end)


def _range(start: int, end: int) -> str:
    """Lines `start:end`, 0-based, as a hunk's header names them: a range of none is named by the line before it."""
    size = end - start
    first = start + 1 if size else start
    return str(first) if size == 1 else f"{first},{size}"


def _lines(sign: str, text: TextLines, start: int, end: int) -> Iterator[str]:
    for at in range(start, end):
        yield f"{sign}{text.lines[at]}\n"
        if at + 1 == len(text.lines) and not text.ends:
            yield _NO_END
