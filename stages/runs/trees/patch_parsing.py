"""Reads unified diffs as models write them: wrong or missing counts and numbers, CRLF, missing git headers.

Counts are believed only where the lines confirm them; elsewhere a hunk ends where its signs end. Work and memory are
in proportion to the text, which is bounded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import check_storable
from stages.runs.trees.errors import PatchRejected
from stages.runs.trees.patch_names import git_names, header_name, renamed_name

# In characters; hunks and files of one patch.
MAX_PATCH: Final = 4 * 1_048_576
MAX_HUNKS: Final = 20_000
MAX_FILES: Final = 1_000

_HUNK: Final = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_ITEM: Final = re.compile(r"- \S")
_SIGNS: Final = (" ", "+", "-")
_NO_SIGN_NEEDED: Final = ("@@", "diff ", "Index: ", "====", "#", "--- ")
_LINKS: Final = ("120000", "160000")


class HunkLine(NamedTuple):
    """One line of a hunk: a blank, `-` or `+`, and the text behind it."""

    sign: str
    text: str


@dataclass(slots=True)
class Hunk:
    """One change of a file. `start` is the number of its first old line, 1-based, where the patch says it.

    `old_open` and `new_open`: the last line, before or after, has no line end.
    """

    start: int | None
    inserts: bool
    lines: list[HunkLine] = field(default_factory=list)
    old_open: bool = False
    new_open: bool = False

    @property
    def old(self) -> list[str]:
        """The lines that must be there."""
        return [line.text for line in self.lines if line.sign != "+"]

    @property
    def new(self) -> list[str]:
        """The lines that will be there."""
        return [line.text for line in self.lines if line.sign != "-"]


@dataclass(slots=True)
class FilePatch:
    """What a patch does to one file. Names are candidates, the best first; none: the file is new, or deleted."""

    old: tuple[str, ...]
    new: tuple[str, ...]
    hunks: list[Hunk] = field(default_factory=list)
    is_renamed: bool = False
    is_copied: bool = False
    changes_mode: bool = False

    @property
    def has_effect(self) -> bool:
        """Whether it changes anything but a mode."""
        return bool(self.hunks) or self.is_renamed or self.is_copied or not self.old or not self.new


def parse_patch(text: str, *, strict: bool = False) -> list[FilePatch]:
    """The changes that a text describes, file by file, as they follow each other; other text is passed over.

    With `strict`, a line within a file's hunks that has no sign is refused: the text is a diff and nothing else.
    Raises `PatchRejected` for what cannot be read, and for binary files, links and submodules.
    """
    if len(text) > MAX_PATCH:
        raise PatchRejected(_("The patch has more than {most} characters.").format(most=MAX_PATCH))
    try:
        check_storable(text, name="patch")
    except ValidationFailed as error:
        raise PatchRejected(error.detail) from None
    parser = _Parser(text.split("\n"), strict=strict)
    parser.run()
    if not all(each.old or each.new for each in parser.found):
        raise PatchRejected(_("A part of the patch names no file."))
    return [each for each in parser.found if each.has_effect or each.changes_mode]


class _Parser:
    def __init__(self, lines: Sequence[str], *, strict: bool) -> None:
        self.lines = lines
        self.strict = strict
        self.found: list[FilePatch] = []
        self.at = 0
        self.section_end = -1
        self.hunks = 0
        self.current: FilePatch | None = None
        # The patch itself came with CRLF, so that they are not the file's.
        self.is_crlf = False
        self._blank_end = 0

    def run(self) -> None:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.startswith("diff --git "):
                self._git_section()
            elif self._is_file_header(self.at):
                self._file_header()
            elif line.startswith("@@") and self.current is not None:
                self._hunk()
            elif self.current is not None and line.startswith(("GIT binary patch", "Binary files ")):
                raise PatchRejected(_("Line {line}: binary files cannot be changed.").format(line=self.at + 1))
            else:
                self._pass_over(line)

    def _pass_over(self, line: str) -> None:
        within = self.strict and self.current is not None and self.current.hunks
        if within and line.strip() and not line.startswith((*_NO_SIGN_NEEDED, "\\", "-- ")):
            raise self._without_sign(self.at)
        self.at += 1

    def _without_sign(self, at: int) -> PatchRejected:
        words = _("Line {line} of the patch begins with none of blank, + and -: {shown!r}.")
        return PatchRejected(words.format(line=at + 1, shown=self.lines[at][:80]))

    def _begin(self, patch: FilePatch) -> FilePatch:
        self.found.append(patch)
        self.current = patch
        if len(self.found) > MAX_FILES:
            raise PatchRejected(_("The patch changes more than {most} files.").format(most=MAX_FILES))
        return patch

    def _git_section(self) -> None:
        names = git_names(self.lines[self.at][len("diff --git ") :].rstrip())
        patch = self._begin(FilePatch(*names))
        self.at += 1
        while self.at < len(self.lines) and self._git_header(patch, self.lines[self.at].rstrip()):
            self.at += 1
        self.section_end = self.at

    def _git_header(self, patch: FilePatch, line: str) -> bool:
        """Take one of git's extended headers; False if it is none."""
        if line.startswith(("new file mode ", "new mode ", "old mode ", "deleted file mode ")):
            if line.endswith(_LINKS):
                words = _("Line {line}: links and submodules cannot be changed.")
                raise PatchRejected(words.format(line=self.at + 1))
            if line.startswith("new file"):
                patch.old = ()
            elif line.startswith("deleted"):
                patch.new = ()
            patch.changes_mode |= line.startswith("new mode ") or line == "new file mode 100755"
        elif line.startswith(("rename from ", "copy from ")):
            patch.old = renamed_name(line.partition(" from ")[2])
        elif line.startswith(("rename to ", "copy to ")):
            patch.new = renamed_name(line.partition(" to ")[2])
            patch.is_renamed = line.startswith("rename")
            patch.is_copied = not patch.is_renamed
        else:
            return line.startswith(("similarity index ", "dissimilarity index ", "index "))
        return True

    def _is_file_header(self, at: int) -> bool:
        lines = self.lines
        return lines[at].startswith("--- ") and at + 1 < len(lines) and lines[at + 1].startswith("+++ ")

    def _file_header(self) -> None:
        old, new = (header_name(self.lines[at][4:]) for at in (self.at, self.at + 1))
        self.is_crlf = self.lines[self.at + 1].endswith("\r")
        if not old and not new:
            raise PatchRejected(_("Line {line}: the patch names no file.").format(line=self.at + 1))
        current = self.current
        if current is None or self.at != self.section_end:
            self._begin(FilePatch(old, new))
        elif not (current.is_renamed or current.is_copied):
            current.old, current.new = old, new
        elif not set(old) & set(current.old):
            self._begin(FilePatch(old, new))
        self.at += 2

    def _hunk(self) -> None:
        assert self.current is not None
        self.hunks += 1
        if self.hunks > MAX_HUNKS:
            raise PatchRejected(_("The patch has more than {most} hunks.").format(most=MAX_HUNKS))
        numbers = _HUNK.match(self.lines[self.at])
        begin = self.at + 1
        counts = (int(numbers[2] or 1), int(numbers[4] or 1)) if numbers else None
        end = self._counted_end(begin, *counts) if counts else None
        if end is None:
            end = self._signed_end(begin)
            self._refuse_lost_lines(begin, end, counts)
        hunk = Hunk(int(numbers[1]) if numbers else None, inserts=counts is not None and counts[0] == 0)
        for line in self.lines[begin:end]:
            self._take(hunk, line)
        if not hunk.lines and counts != (0, 0):
            raise PatchRejected(_("Line {line}: the hunk has no lines.").format(line=self.at + 1))
        if any(line.sign != " " for line in hunk.lines) or hunk.old_open != hunk.new_open:
            self.current.hunks.append(hunk)
        self.at = end

    def _take(self, hunk: Hunk, line: str) -> None:
        if line.startswith("\\"):
            sign = hunk.lines[-1].sign if hunk.lines else "\\"
            hunk.old_open |= sign in {" ", "-"}
            hunk.new_open |= sign in {" ", "+"}
            return
        if self.is_crlf:
            line = line.removesuffix("\r")
        # A blank line of context often loses its blank.
        hunk.lines.append(HunkLine(line[0], line[1:]) if line.startswith(_SIGNS) else HunkLine(" ", line))

    def _counted_end(self, at: int, old: int, new: int) -> int | None:
        """Where a hunk of so many lines ends; None if the lines do not confirm the counts."""
        while old > 0 or new > 0:
            line = self.lines[at] if at < len(self.lines) else "!"
            if line.startswith((" ", "-")) or _is_blank(line):
                old -= 1
            if line.startswith((" ", "+")) or _is_blank(line):
                new -= 1
            if old < 0 or new < 0 or not (line.startswith((*_SIGNS, "\\")) or _is_blank(line)):
                return None
            at += 1
        while at < len(self.lines) and self.lines[at].startswith("\\"):
            at += 1
        following = self.lines[at] if at < len(self.lines) else ""
        if _is_blank(following):
            beyond = self._text_after(at)
            text = self.lines[beyond] if beyond < len(self.lines) else ""
            # Outside of a fence, a list of what was done may follow.
            more = text.startswith(_SIGNS) and (self.strict or not _ITEM.match(text))
            return None if more and self._continues(beyond) else at
        more = following.startswith(_SIGNS) and not self._is_file_header(at) and following.rstrip() != "--"
        return None if more else at

    def _signed_end(self, at: int) -> int:
        """Where the lines with signs end."""
        while at < len(self.lines):
            line = self.lines[at]
            if _is_blank(line):
                beyond = self._text_after(at)
                if beyond == len(self.lines) or not self._continues(beyond):
                    return at
            elif not self._continues(at):
                return at
            at += 1
        return at

    def _continues(self, at: int) -> bool:
        line = self.lines[at]
        if not line.startswith((*_SIGNS, "\\")):
            return False
        if not self._is_file_header(at):
            return True
        beyond = self.lines[at + 2] if at + 2 < len(self.lines) else "@@"
        return not (beyond.startswith("@@") or not header_name(self.lines[at + 1][4:]))

    def _text_after(self, at: int) -> int:
        """The first line from `at` on that is not blank. They are asked in order, so all of them cost one pass."""
        self._blank_end = max(self._blank_end, at)
        while self._blank_end < len(self.lines) and _is_blank(self.lines[self._blank_end]):
            self._blank_end += 1
        return self._blank_end

    def _refuse_lost_lines(self, begin: int, end: int, counts: tuple[int, int] | None) -> None:
        """Raise `PatchRejected` where lines of the hunk would be left out because they lost their sign."""
        if end == len(self.lines) or _is_blank(self.lines[end]) or self.lines[end].startswith(_NO_SIGN_NEEDED):
            return
        taken = [line[:1] for line in self.lines[begin:end]]
        is_short = counts is not None and (
            len(taken) - taken.count("+") < counts[0] and len(taken) - taken.count("-") < counts[1]
        )
        if self.strict or is_short:
            raise self._without_sign(end)


def _is_blank(line: str) -> bool:
    return line in {"", "\r"}
