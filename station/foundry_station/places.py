"""Where directives are written: the files that agents read, of the machine, its user, and watched repositories."""

from __future__ import annotations

import fnmatch
import hashlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from foundry_station.editions import Directive
from foundry_station.files import is_of_git
from foundry_station.repositories import Repository

# Relative to the user's home, or to the repository.
_FILES: Final[Mapping[tuple[str, str], str]] = {
    ("claude", "user"): ".claude/CLAUDE.md",
    ("claude", "project"): "CLAUDE.md",
    ("agents", "user"): ".codex/AGENTS.md",
    ("agents", "project"): "AGENTS.md",
    ("copilot", "project"): ".github/copilot-instructions.md",
    ("cursor", "project"): ".cursor/rules/foundry.mdc",
    ("gemini", "user"): ".gemini/GEMINI.md",
    ("gemini", "project"): "GEMINI.md",
}
_CLAUDE_SYSTEM: Final = {
    "darwin": "/Library/Application Support/ClaudeCode/CLAUDE.md",
    "linux": "/etc/claude-code/CLAUDE.md",
}
# The characters that a proposal has for the station's id and the file.
_MAX_NAME: Final = 100
# Control characters would end lines in the files that git reads.
_NOT_IN_PATHS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\]")
# Cursor reads a file of rules always only where its head says so.
_HEADS: Final[Mapping[str, bytes]] = {"cursor": b"---\nalwaysApply: true\n---\n"}


class NoPlace(Exception):
    """A directive has no place on this station; `reason` is a short code for placements."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """A file: its path, the folder that it may not leave, how reports name it, and whether all of it is one text.

    `head` is what a file begins with that did not exist before.
    """

    path: Path
    root: Path
    shown: str
    repository: Repository | None = None
    whole: bool = False
    head: bytes = b""

    def is_named(self, name: str, station: str) -> bool:
        """Whether proposals of this station name the file so: `repository/path`, or its hash where that is too long."""
        full = f"{self.repository.name}/{self.shown}" if self.repository is not None else self.shown
        if len(f"{station}:{full}") > _MAX_NAME:
            full = hashlib.sha256(full.encode()).hexdigest()[:40]
        return name == full


@dataclass(frozen=True, slots=True)
class Machine:
    """What a station may write to: `system` where it runs for the whole machine."""

    home: Path
    system: bool = False
    system_root: Path = Path("/")


def place_of(directive: Directive, machine: Machine, repository: Repository | None = None) -> Place:
    """The file of a directive; `repository` is the one that is meant in the layer `project`. Raises `NoPlace`."""
    if directive.layer == "system":
        return _system_place(directive, machine)
    root = machine.home if repository is None else repository.root
    whole = directive.destination == "file"
    relative = directive.path if whole else _FILES.get((directive.destination, directive.layer))
    if relative is None:
        raise NoPlace("destination")
    parts = _safe(relative)
    shown = relative if repository is not None else f"~/{relative}"
    return Place(root.joinpath(*parts), root, shown, repository, whole, _HEADS.get(directive.destination, b""))


def applies_to(directive: Directive, repository: Repository) -> bool:
    """Whether a directive of the layer `project` is for this repository; without patterns it is for all."""
    name = repository.name.casefold()
    return not directive.match or any(fnmatch.fnmatchcase(name, glob.casefold()) for glob in directive.match)


def _system_place(directive: Directive, machine: Machine) -> Place:
    if not machine.system:
        raise NoPlace("system")
    whole = directive.destination == "file"
    path = directive.path if whole else _CLAUDE_SYSTEM.get(sys.platform) if directive.destination == "claude" else None
    if path is None:
        raise NoPlace("destination")
    parts = _safe(path.removeprefix("/"))
    return Place(machine.system_root.joinpath(*parts), machine.system_root, f"/{path.removeprefix('/')}", None, whole)


def _safe(path: str) -> tuple[str, ...]:
    """The parts of a relative path that stays in its folder, and out of git's own."""
    parts = PurePosixPath(path).parts
    bad = any(part in {"/", ".."} or is_of_git(part) for part in parts)
    if not parts or bad or path.startswith("/") or _NOT_IN_PATHS.search(path):
        raise NoPlace("path")
    return parts
