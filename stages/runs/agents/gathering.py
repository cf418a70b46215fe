"""Chooses the files that a model gets to see: those that the instruction names first, within limits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from projects.fields import CONFIGURATION, PROMPT
from stages.runs.trees.errors import UnreadableFile
from stages.runs.trees.forbidden import is_forbidden
from stages.runs.trees.patch_names import quoted
from stages.runs.trees.tree import Tree, TreeFile

# Sizes are bytes of UTF-8.
MAX_FILES: Final = 100
MAX_FILE_BYTES: Final = 100_000
MAX_TOTAL_BYTES: Final = 1_000_000
# Of the instruction, in characters: so far it is searched for names with blanks in them.
MAX_SEARCHED: Final = 10_000
# Names of files that are not shown, and lines of the log about them.
MAX_NAMES: Final = 500
MAX_NOTICES: Final = 20

_WORD: Final = re.compile(r"[^\s'\"`,;()<>\[\]{}]+")


@dataclass(slots=True)
class GatheredFiles:
    """The texts that are shown, the names of others, and notices about what is not read."""

    texts: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def gather_files(tree: Tree, instruction: str) -> GatheredFiles:
    """Read the files of a tree that fit the limits. Forbidden ones are neither read nor named."""
    found = GatheredFiles()
    left, skipped = MAX_TOTAL_BYTES, []
    paths = _in_order(tree.files, instruction)
    for path in paths:
        file = tree.files[path]
        reason = _reason_to_skip(file)
        if reason is None and len(found.texts) < MAX_FILES and file.size <= left:
            try:
                found.texts[path] = tree.text(path)
                left -= file.size
                continue
            except UnreadableFile as error:
                reason = error.reason
        if path.isprintable():
            found.others.append(path)
        if reason is not None:
            skipped.append(_("{path} is not read: {reason}.").format(path=quoted(path), reason=reason))
    found.notices = list(_notices(found, skipped, seen=len(paths), hidden=len(tree.files) - len(paths)))
    return found


def measure_files(files: Mapping[str, TreeFile], instruction: str) -> tuple[dict[str, int], list[str]]:
    """What `gather_files` shows of files that can all be read, without reading one: sizes by path, names of others."""
    shown: dict[str, int] = {}
    others = []
    left = MAX_TOTAL_BYTES
    for path in _in_order(files, instruction):
        size = files[path].size
        if _reason_to_skip(files[path]) is None and len(shown) < MAX_FILES and size <= left:
            shown[path] = size
            left -= size
        elif path.isprintable():
            others.append(path)
    return shown, others[:MAX_NAMES]


def _in_order(files: Mapping[str, TreeFile], instruction: str) -> list[str]:
    """The paths of files that may be read, those that the instruction names first."""
    named = _Mentions(instruction)
    paths = [path for path in files if not is_forbidden(path)]
    return sorted(paths, key=lambda path: (not named.has(path), path not in {PROMPT, CONFIGURATION}, path))


def _reason_to_skip(file: TreeFile) -> str | None:
    if file.notice is None and file.size > MAX_FILE_BYTES:
        return _("it has {size} bytes").format(size=file.size)
    return file.notice


def _notices(found: GatheredFiles, skipped: list[str], *, seen: int, hidden: int) -> Iterator[str]:
    total = sum(len(text.encode()) for text in found.texts.values())
    read = len(found.texts)
    words = ngettext("Read {count} file, {size} bytes.", "Read {count} files, {size} bytes.", read)
    yield words.format(count=read, size=total)
    yield from skipped[:MAX_NOTICES]
    if len(skipped) > MAX_NOTICES:
        yield _("… and {count} more.").format(count=len(skipped) - MAX_NOTICES)
    beyond = seen - len(found.texts) - len(skipped)
    if beyond:
        words = ngettext(
            "{count} more file is beyond the limits of one request.",
            "{count} more files are beyond the limits of one request.",
            beyond,
        )
        yield words.format(count=beyond)
    if hidden:
        words = ngettext("{count} file may never be read.", "{count} files may never be read.", hidden)
        yield words.format(count=hidden)


class _Mentions:
    """The words of an instruction that may be paths, or ends of paths."""

    def __init__(self, instruction: str) -> None:
        self._words = {each for word in _WORD.findall(instruction.casefold()) for each in _readings(word)}
        self._text = instruction[:MAX_SEARCHED].casefold()

    def has(self, path: str) -> bool:
        folded = path.casefold()
        parts = folded.split("/")
        ends = ("/".join(parts[at:]) for at in range(len(parts)))
        if _WORD.fullmatch(folded) is None:
            return any(end in self._text for end in ends)
        return any(end in self._words for end in ends)


def _readings(word: str) -> Iterable[str]:
    """A word as it is, and without what follows a path in a sentence, or leads to it."""
    bare = word.rstrip(".:!?*_").lstrip("*_@")
    return word, bare, bare.removeprefix("./").removeprefix("/")
