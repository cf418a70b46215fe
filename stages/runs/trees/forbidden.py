"""Paths that a run never reads or changes, and those that it changes only where the repository allows it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from fnmatch import translate
from typing import Final

from stages.runs.trees.errors import ForbiddenPath

FORBIDDEN: Final = (".git", ".env", ".env.*", "*.secret", "*.key", "*.pem", "credentials.*")
# As a repository's `allows` names them.
GUARDED: Final = (".github/workflows/", ".gitmodules", ".gitattributes")

_FORBIDDEN_PART: Final = re.compile("|".join(map(translate, FORBIDDEN)))
# Characters that one file system or another leaves out when it looks a name up (git's own list for HFS+).
_IGNORED: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u206a-\u206f\ufeff\x00-\x1f\x7f]")


def is_forbidden(path: str) -> bool:
    """Whether any part of a path, in whatever case, is one of `FORBIDDEN`."""
    return any(_FORBIDDEN_PART.fullmatch(part) for part in _parts(path))


def guard_of(path: str) -> str | None:
    """Which of `GUARDED` a path falls under, at any depth and in whatever case."""
    parts = _parts(path)
    for guard in GUARDED:
        wanted = guard.rstrip("/").split("/")
        if any(parts[at : at + len(wanted)] == wanted for at in range(len(parts) - len(wanted) + 1)):
            return guard
    return None


def check_writable(path: str, *, allows: Collection[str] = ()) -> None:
    """Raise `ForbiddenPath` where a run must not change `path`; `allows` holds those of `GUARDED` that it may."""
    if is_forbidden(path):
        raise ForbiddenPath(path)
    guard = guard_of(path)
    if guard is not None and guard not in allows:
        raise ForbiddenPath(path, guarded=True)


def _parts(path: str) -> list[str]:
    """The parts of a path as the most careless file system would compare them."""
    folded = unicodedata.normalize("NFKC", _IGNORED.sub("", path)).casefold()
    # NTFS: streams after a colon, dots and spaces at the end, short names.
    parts = [part.split(":")[0].rstrip(". ").lstrip(" ") for part in folded.replace("\\", "/").split("/")]
    return [".git" if part == "git~1" else part for part in parts]
