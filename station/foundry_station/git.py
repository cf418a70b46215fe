"""Git: sections stay out of commits, `status` stays clean, and checkouts bring files with their sections.

A filter in `.git/config` takes the section out of what is committed, and puts it into what is checked out. Lines in
`.git/info/attributes` say for which files, and `.git/info/exclude` names files that only we have made. Each has our
lines in one marked block, so that all is as before, byte for byte, once it is taken out.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from foundry_station import filtering
from foundry_station.files import Kind, Unusable, look
from foundry_station.repositories import Repository
from foundry_station.section import take_out
from foundry_station.state.managed import Managed

GIT_SECONDS: Final = 20.0
# A lock that is older was left behind.
LOCK_SECONDS: Final = 10.0
_BEGIN: Final = b"# FOUNDRY MANAGED - foundry-station keeps these lines"
_END: Final = b"# END FOUNDRY"
_OPEN_LINE: Final = b" (no line end before)"
_NEW_FILE: Final = b" (new file)"
_BLOCK: Final = re.compile(
    rb"^" + re.escape(_BEGIN) + rb"(?P<note>[^\r\n]*)\n.*?^" + re.escape(_END) + rb"(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
# Without us, as in a container that shares the working tree: the lines between the markers are left out.
# Of a file all of which is ours, what is committed stays.
_COMMITTED: Final = 'f=%f; git cat-file blob ":0:$f"'
_SED: Final = "sed '/^[ \\t]*<!-- FOUNDRY MANAGED/,/^[ \\t]*<!-- END FOUNDRY -->/d'"


class GitKeeper:
    """Keeps the repositories of a station in order; what cannot be done now is done later (`retry`)."""

    def __init__(self, folder: Path) -> None:
        """`folder` is that of the state, in which the filters look up what belongs into a file."""
        self._folder = folder
        self._later: dict[tuple[Repository, Path], float] = {}

    def arrange(self, repository: Repository, managed: Sequence[Managed]) -> bool:
        """Write filter, attributes and exclusions for these files of a repository; False where it has to be later."""
        if repository.common_dir is None:
            return True
        names = [(each, each.path.relative_to(repository.root.resolve()).as_posix()) for each in managed]
        attributes = [
            f"{_quoted(_pattern(name))} filter={'foundry-file' if each.whole else 'foundry'}" for each, name in names
        ]
        excluded = [_pattern(name) for each, name in names if _is_only_ours(each)]
        blocks = {
            repository.common_dir / "config": _filters(self._folder) if managed else [],
            repository.common_dir / "info" / "attributes": attributes,
            repository.common_dir / "info" / "exclude": excluded,
        }
        try:
            done = [_set_block(path, lines) for path, lines in blocks.items()]
        except OSError:
            return False
        return all(done)

    def note_write(self, repository: Repository, path: Path) -> None:
        """Let git see that a file that we wrote is, for its purposes, as it was."""
        if repository.git_dir is not None:
            self._later[repository, path] = time.monotonic()
            self.retry()

    def retry(self) -> None:
        """Do what had to wait until git was not at work."""
        for repository, path in list(self._later):
            if not is_at_work(repository) and _refresh(repository, path):
                del self._later[repository, path]


def is_at_work(repository: Repository) -> bool:
    """Whether git changes the working tree right now, or is in the middle of a rebase."""
    if repository.git_dir is None:
        return False
    with suppress(OSError):
        if time.time() - (repository.git_dir / "index.lock").lstat().st_mtime < LOCK_SECONDS:
            return True
    return any((repository.git_dir / name).exists() for name in ("rebase-merge", "rebase-apply"))


def holds_index(repository: Repository | None) -> bool:
    """Whether git is just writing files, so that what is there now means nothing."""
    if repository is None or repository.git_dir is None:
        return False
    with suppress(OSError):
        return time.time() - (repository.git_dir / "index.lock").lstat().st_mtime < LOCK_SECONDS
    return False


def _refresh(repository: Repository, path: Path) -> bool:
    """Write a file's size and times into the index, if git finds no difference in it; whether that is over."""
    name = os.path.relpath(path, repository.root.resolve())
    if _git(repository, "diff", "--quiet", "--", name) != 0:
        return True
    return _git(repository, "update-index", "-q", "--", name) != _LOCKED


_LOCKED: Final = -1


def _git(repository: Repository, *arguments: str) -> int:
    """The exit status of a git command; `_LOCKED` where another one has the index."""
    if os.geteuid() == 0 and repository.root.stat().st_uid != 0:
        # Git would run what the repository's owner has configured, as root.
        return 1
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"GIT_OPTIONAL_LOCKS": "0", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 (the one on the PATH, as for its user)
            cwd=repository.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return 1
    return _LOCKED if b"index.lock" in done.stderr else done.returncode


def _filters(folder: Path) -> list[str]:
    python, program = shlex.quote(sys.executable), shlex.quote(str(Path(filtering.__file__).resolve()))
    run = f"exec {python} -I {program}"
    have = f"[ -x {python} ] && [ -f {program} ]"
    smudge = f"if {have}; then {run} smudge {shlex.quote(str(folder))} %f; else cat; fi"
    return [
        '[filter "foundry"]',
        f"\tclean = {_value(f'if {have}; then {run} clean; else {_SED}; fi')}",
        f"\tsmudge = {_value(smudge)}",
        "\trequired = true",
        '[filter "foundry-file"]',
        f"\tclean = {_value(_COMMITTED)}",
        f"\tsmudge = {_value(smudge)}",
        "\trequired = true",
    ]


def _value(text: str) -> str:
    """A value of git's configuration."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _pattern(name: str) -> str:
    """The pattern of exactly this file."""
    return "/" + re.sub(r"([\\*?\[!#]| $)", r"\\\1", name)


def _quoted(pattern: str) -> str:
    """A pattern in a file of attributes, where a space would end it."""
    escaped = pattern.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if re.search(r"[\s\"]", pattern) else pattern


def _is_only_ours(managed: Managed) -> bool:
    """Whether a file is only there because we made it: nothing in it is somebody else's."""
    if managed.origin != Kind.ABSENT.value:
        return False
    if managed.whole:
        return True
    try:
        found = look(managed.path)
    except Unusable:
        return False
    return take_out(found.data, last=managed.parts) in {b"", managed.head}


def _set_block(path: Path, lines: Iterable[str]) -> bool:
    """Make these the lines of our block, none for no block; False where git is just writing the file."""
    old = path.read_bytes() if path.exists() else None
    new = with_block(old, list(lines))
    if new == old:
        return True
    lock = path.with_name(f"{path.name}.lock")
    path.parent.mkdir(exist_ok=True)
    try:
        descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    except FileExistsError:
        return False
    try:
        with os.fdopen(descriptor, "wb") as file:
            if old is not None:
                os.fchmod(descriptor, path.stat().st_mode & 0o7777)
            file.write(new or b"")
        if new is None:
            path.unlink()
        else:
            lock.replace(path)
    finally:
        lock.unlink(missing_ok=True)
    return True


def with_block(data: bytes | None, lines: Sequence[str]) -> bytes | None:
    """A file of git's with our block at its end, or without it: then byte for byte as before. None: no file."""
    found = _BLOCK.search(data or b"")
    note = found["note"] if found else b""
    rest = data or b""
    if found:
        before = rest[: found.start()]
        if _OPEN_LINE in note and found.end() == len(rest):
            before = before.removesuffix(b"\n")
        rest = before + rest[found.end() :]
    is_new = data is None or (_NEW_FILE in note and not rest)
    if not lines:
        return None if is_new else rest
    open_line = bool(rest) and not rest.endswith(b"\n")
    begin = _BEGIN + (_NEW_FILE if is_new else _OPEN_LINE if open_line else b"")
    block = b"\n".join([begin, *(line.encode() for line in lines), _END, b""])
    return rest + (b"\n" if open_line else b"") + block
