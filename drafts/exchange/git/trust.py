"""Checks that a git repository is self-contained: that it refers to no file outside of it and runs no program.

git follows references in a repository: a `.git` file to another folder, `alternates` to the objects of another
repository, includes to other files. With them, a folder from somebody else could have texts read or imported that are
not in it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from kernel.errors import ValidationFailed

# The version of Debian 12, with which the tests run.
MIN_GIT: Final = (2, 39)

# Files by which a repository refers to another place.
_ELSEWHERE: Final = ("commondir", "objects/info/alternates", "objects/info/http-alternates")
# Programs that it names, such as filters and pagers, are never run (`drafts.exchange.git.repository`).
_SETTINGS: Final = re.compile(
    r"include\.|includeif\.|core\.(?:hookspath|worktree|alternaterefscommand)\Z"
    r"|extensions\.(?:worktreeconfig|partialclone)\Z",
    re.IGNORECASE,
)


def check_git(environment: Mapping[str, str]) -> None:
    """Raise `ValidationFailed` if git is missing or too old."""
    wanted = ".".join(map(str, MIN_GIT))
    try:
        command = ["git", "--version"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ValidationFailed({"git": [f"The program git is not installed; {wanted} or newer is needed."]}) from None
    found = re.search(r"(\d+)\.(\d+)", done.stdout)
    if found is None or (int(found[1]), int(found[2])) < MIN_GIT:
        raise ValidationFailed({"git": [f"git {wanted} or newer is needed; here is {done.stdout.strip() or 'none'}."]})


def check_repository(path: Path, environment: Mapping[str, str]) -> None:
    """Raise `ValidationFailed` with every reference of a repository to something outside of it."""
    problems = list(_problems(path, environment))
    if problems:
        raise ValidationFailed({"repository": problems})


def _problems(path: Path, environment: Mapping[str, str]) -> Iterator[str]:
    dot = path / ".git"
    if dot.is_file():
        yield f"{dot} is a file that leads elsewhere: name the repository itself, or a clone of it."
        return
    folder = dot if dot.is_dir() or dot.is_symlink() else path
    if folder.is_symlink():
        yield f"{folder} is a symbolic link."
        return
    yield from (f"{link} is a symbolic link." for link in _links(folder))
    for name in _ELSEWHERE:
        if (folder / name).exists():
            yield f"{folder / name} leads elsewhere: import from a whole clone (git clone --no-local)."
    hooks = folder / "hooks"
    for hook in sorted(hooks.iterdir()) if hooks.is_dir() else ():
        if hook.suffix != ".sample":
            yield f"{hook} is a program of the repository: import from a clone, which has none."
    if (folder / "config").is_file():
        yield from _settings(folder / "config", environment)


def _links(folder: Path) -> Iterator[Path]:
    """All symbolic links in a repository; git itself refuses a folder that is no repository."""
    for inside, folders, files in os.walk(folder) if os.path.lexists(folder / "HEAD") else ():
        yield from filter(Path.is_symlink, map(Path(inside).joinpath, sorted([*folders, *files])))


def _settings(config: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The settings of the repository that refer to something outside; git itself reads the file, without includes."""
    command = ["git", "config", "--file", str(config), "--no-includes", "--name-only", "-z", "--list"]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode:
        yield f"{config} cannot be read: {done.stderr.decode('utf-8', 'replace').strip()}"
        return
    for name in sorted({each.decode("utf-8", "replace") for each in done.stdout.split(b"\0") if each}):
        if _SETTINGS.match(name):
            yield f"{config} sets {name}: import from a clone, which does not."
