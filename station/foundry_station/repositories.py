"""The folders that a station watches: git repositories, named by where their `origin` is, and plain folders."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_SECTION: Final = re.compile(r'\s*\[\s*(\w+)(?:\s+"([^"]*)")?\s*\]')
_URL: Final = re.compile(r"\s*url\s*=\s*(\S+)\s*", re.IGNORECASE)
_WITH_SCHEME: Final = re.compile(r"[a-z+]+://(?:[^/@]*@)?([^/:]+)(?::\d+)?/(.+)", re.IGNORECASE)
_SCP: Final = re.compile(r"(?:[^/@:]+@)?([^/:]+):(?!//)(.+)")


@dataclass(frozen=True, slots=True)
class Repository:
    """A watched folder: `name` is `host/owner/name` of its origin, or `local/` and the folder's own name.

    `git_dir` is where git keeps this working tree's state, `common_dir` what all working trees share; both None where
    the folder is no repository.
    """

    root: Path
    name: str
    git_dir: Path | None = None
    common_dir: Path | None = None


def open_repository(root: Path) -> Repository:
    """What a watched folder is now."""
    git_dir = _git_dir(root)
    if git_dir is None:
        return Repository(root, f"local/{root.name}")
    common_dir = _common_dir(git_dir)
    origin = _origin(common_dir / "config")
    return Repository(root, (origin and name_of(origin)) or f"local/{root.name}", git_dir, common_dir)


def repository_of(path: Path) -> Repository | None:
    """The git repository that a file is in, wherever that begins; None where it is in none."""
    root = next((folder for folder in path.parents if (folder / ".git").exists()), None)
    if root is None:
        return None
    found = open_repository(root)
    return found if found.git_dir is not None else None


def name_of(url: str) -> str | None:
    """`host/owner/name` of the address of a remote; None for a path on this machine."""
    found = _WITH_SCHEME.fullmatch(url) or _SCP.fullmatch(url)
    if found is None or url.lower().startswith("file:"):
        return None
    path = found[2].strip("/").removesuffix(".git")
    return f"{found[1].lower()}/{path}"


def _git_dir(root: Path) -> Path | None:
    entry = root / ".git"
    with suppress(OSError, UnicodeDecodeError):
        if entry.is_dir():
            return entry
        if entry.is_file():
            named = entry.read_text().strip().removeprefix("gitdir:").strip()
            found = (root / named).resolve()
            return found if found.is_dir() else None
    return None


def _common_dir(git_dir: Path) -> Path:
    with suppress(OSError, UnicodeDecodeError):
        return (git_dir / (git_dir / "commondir").read_text().strip()).resolve()
    return git_dir


def _origin(config: Path) -> str | None:
    section: tuple[str, str | None] = ("", None)
    with suppress(OSError):
        for line in config.read_text(errors="replace").splitlines():
            if header := _SECTION.match(line):
                section = (header[1].lower(), header[2])
            elif section == ("remote", "origin") and (url := _URL.fullmatch(line)):
                return url[1]
    return None
