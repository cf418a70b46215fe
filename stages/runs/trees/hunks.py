"""Applies the hunks of one file by their content: a hunk's own lines are its address, its number only breaks ties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from drafts.compare.lines import TextLines
from stages.runs.trees.errors import PatchRejected
from stages.runs.trees.patch_parsing import Hunk

# Lines that are compared at most for one patch: a second or so. Only made-up patches come near.
MAX_STEPS: Final = 12_000_000
# What it costs to look at a place, beside the comparison of its lines.
LOOK: Final = 3
# Lines at more places than this are not all looked at where the hunk's number fits.
MANY: Final = 200


@dataclass(slots=True)
class Effort:
    """The comparisons that are left for a patch, shared by its files."""

    steps: int = MAX_STEPS

    def spend(self, steps: int) -> None:
        """Raise `PatchRejected` if fewer are left."""
        self.steps -= steps
        if self.steps < 0:
            raise PatchRejected(_("The lines of the patch are at too many places to look at them all."))


class _Found(NamedTuple):
    """Where a hunk's old lines are, 0-based: all places, or the numbered one of too many to look at.

    `is_exact` is False if only white space differs.
    """

    places: list[int]
    is_exact: bool = True
    is_whole: bool = True


class _Edit(NamedTuple):
    """Lines `start:end` become `lines`."""

    start: int
    end: int
    number: int
    lines: list[str]


def apply_hunks(text: str, hunks: Sequence[Hunk], *, path: str, effort: Effort, warnings: list[str]) -> str:
    """The text with all hunks applied, each found in the text as it was.

    Adds to `warnings` where white space differs or a hunk has no context. Raises `PatchRejected` where the lines of a
    hunk are absent, are at several places, or overlap with another hunk's.
    """
    file = _File(TextLines.of(text), path, effort)
    found = [file.find(hunk, number) for number, hunk in enumerate(hunks, 1)]
    chooser = _Chooser(file.text, hunks, found)
    edits, ends = [], file.text.ends
    for number, (hunk, candidates) in enumerate(zip(hunks, found, strict=True), 1):
        at = chooser.choose(hunk, candidates.places)
        if at is None:
            words = _("{path}: the lines of hunk {number} are in the file {count} times.")
            raise PatchRejected(words.format(path=path, number=number, count=len(candidates.places)))
        if not candidates.is_exact:
            warnings.append(_("{path}: hunk {number} differs in white space.").format(path=path, number=number))
        elif not hunk.old and file.text.lines:
            warnings.append(_("{path}: hunk {number} has no context.").format(path=path, number=number))
        edits.append(_edit(file.text.lines, hunk, at, number, is_exact=candidates.is_exact))
        if at + len(hunk.old) == len(file.text.lines):
            ends = _ends(hunk, ends)
    return TextLines(_edited(file.text.lines, sorted(edits), path), ends).text()


def _ends(hunk: Hunk, ends: bool) -> bool:
    """Whether the last line has a line end after a hunk that reaches it."""
    return not hunk.new_open if hunk.new_open or hunk.old_open else ends


class _File:
    """The lines of one file, with an index of where each is."""

    def __init__(self, text: TextLines, path: str, effort: Effort) -> None:
        self.text = text
        self.path = path
        self.effort = effort
        self._exact: _Index | None = None
        self._folded: _Index | None = None

    def find(self, hunk: Hunk, number: int) -> _Found:
        """Where a hunk may belong. Raises `PatchRejected` if that is nowhere."""
        old, lines = hunk.old, self.text.lines
        if not old:
            return _Found([self._insertion(hunk, number)])
        self.effort.spend(len(old))
        if self._exact is None:
            self._exact = _Index(lines, str)
        expected = _expected(hunk)
        if expected is not None and lines[expected : expected + len(old)] == old and self._exact.is_common(old):
            return _Found([expected], is_whole=False)
        found = _Found(self._exact.find(old, self.effort))
        if not found.places:
            if self._folded is None:
                self._folded = _Index(lines, str.strip)
            found = _Found(self._folded.find(old, self.effort), is_exact=False)
        if not found.places:
            words = _("{path}: the lines of hunk {number} are not in the file.")
            raise PatchRejected(words.format(path=self.path, number=number))
        return found

    def _insertion(self, hunk: Hunk, number: int) -> int:
        lines = self.text.lines
        if not lines:
            return 0
        if hunk.start is None or not hunk.inserts or hunk.start > len(lines):
            words = _("{path}: hunk {number} has no line that says where it belongs.")
            raise PatchRejected(words.format(path=self.path, number=number))
        return hunk.start


def _expected(hunk: Hunk) -> int | None:
    """Where the hunk's number says that it is, 0-based."""
    return hunk.start - 1 if hunk.start else None


class _Chooser:
    """Chooses one of several places: by the numbers as far as the other hunks confirm them, else by the order."""

    def __init__(self, text: TextLines, hunks: Sequence[Hunk], found: Sequence[_Found]) -> None:
        self._text = text
        self._low = 0
        drifts = {
            candidates.places[0] - expected
            for hunk, candidates in zip(hunks, found, strict=True)
            if hunk.old and candidates.is_whole and len(candidates.places) == 1
            if (expected := _expected(hunk)) is not None
        } or {0}
        # By how much all numbers are wrong; None: some more than others.
        self._drift = next(iter(drifts)) if len(drifts) == 1 else None

    def choose(self, hunk: Hunk, places: list[int]) -> int | None:
        """The place, or None if several are as likely."""
        size, last = len(hunk.old), len(self._text.lines)
        expected = _expected(hunk)
        numbered = expected + self._drift if expected is not None and self._drift is not None else None
        for likely in (
            places,
            [at for at in places if at == numbered],
            [at for at in places if hunk.old_open and not self._text.ends and at + size == last],
            [at for at in places if at >= self._low],
        ):
            if len(likely) == 1:
                self._low = likely[0] + size
                return likely[0]
        return None


class _Index:
    """Where each line of a file is, under a key that makes lines equal."""

    def __init__(self, lines: Sequence[str], key: Callable[[str], str]) -> None:
        self._key = key
        self._keys = [key(line) for line in lines]
        self._places: dict[str, list[int]] = {}
        for at, each in enumerate(self._keys):
            self._places.setdefault(each, []).append(at)

    def is_common(self, wanted: Sequence[str]) -> bool:
        """Whether each of the lines is at many places."""
        return all(len(self._places.get(self._key(line), ())) > MANY for line in wanted)

    def find(self, wanted: Sequence[str], effort: Effort) -> list[int]:
        """All places of the lines, which are some. Looks only where the rarest of them is."""
        keys = [self._key(line) for line in wanted]
        effort.spend(len(keys))
        ahead, places = min(
            ((at, self._places.get(key, [])) for at, key in enumerate(keys)), key=lambda each: len(each[1])
        )
        effort.spend(len(places) * (len(keys) + LOOK))
        starts = (at - ahead for at in places)
        return [start for start in starts if start >= 0 and self._keys[start : start + len(keys)] == keys]


def _edit(lines: Sequence[str], hunk: Hunk, at: int, number: int, *, is_exact: bool) -> _Edit:
    """What changes, without the context around it; context within stays as it is in the file."""
    written = str if is_exact else _adapted(lines, hunk, at)
    start, end, replacement = None, at, list[str]()
    waiting: list[str] = []
    for sign, text in hunk.lines:
        if sign == " ":
            waiting.append(lines[at])
            at += 1
            continue
        if start is None:
            start, waiting = at, []
        replacement += waiting
        waiting = []
        if sign == "-":
            at += 1
        else:
            replacement.append(written(text))
        end = at
    return _Edit(at if start is None else start, at if start is None else end, number, replacement)


def _adapted(lines: Sequence[str], hunk: Hunk, at: int) -> Callable[[str], str]:
    """Write added lines with the line ends and, if it differs everywhere alike, the indentation of the file."""
    there = lines[at : at + len(hunk.old)]
    ends = "\r" if sum(line.endswith("\r") for line in there) * 2 > len(there) else ""
    pairs = [(_indentation(a), _indentation(b)) for a, b in zip(there, hunk.old, strict=True) if a.strip()]
    more = {a.removesuffix(b) for a, b in pairs} if all(a.endswith(b) for a, b in pairs) else set()
    less = {b.removesuffix(a) for a, b in pairs} if all(b.endswith(a) for a, b in pairs) else set()

    def adapted(text: str) -> str:
        text = text.removesuffix("\r")
        if text and len(more) == 1:
            text = next(iter(more)) + text
        elif len(less) == 1:
            text = text.removeprefix(next(iter(less)))
        return text + ends

    return adapted


def _indentation(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _edited(lines: list[str], edits: Sequence[_Edit], path: str) -> list[str]:
    result: list[str] = []
    at = 0
    for edit in edits:
        if edit.start < at:
            words = _("{path}: hunk {number} changes lines that another hunk changes.")
            raise PatchRejected(words.format(path=path, number=edit.number))
        result += lines[at : edit.start]
        result += edit.lines
        at = edit.end
    return result + lines[at:]
