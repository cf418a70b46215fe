"""Makes the commit of a run beside the copy of its repository: own objects, own index, fixed name and time.

The same run always makes the same commit, whoever makes it and however often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.heads import COMMIT
from stages.runs.git.process import Remote, run_git, run_remote
from stages.runs.trees.patches import ChangedFile
from stages.runs.trees.tree import Tree

AUTHOR: Final = "Foundry"
ADDRESS: Final = "foundry@noreply.invalid"
# As git writes an entry that is gone.
_GONE: Final = ("000000", "0" * 40)


@dataclass(frozen=True, slots=True)
class NewCommit:
    """What a commit is made of: the commit whose files are changed, its parent, the files, words, and a time."""

    base: str
    parent: str
    files: Sequence[ChangedFile]
    message: str
    at: datetime


def make_commit(clone: Path, work: Path, tree: Tree, wanted: NewCommit) -> tuple[Path, str]:
    """Make a commit in a new bare repository inside `work`; that repository's folder, and the commit's name.

    `tree` has the files of `wanted.base`; both commits are in `clone`. Raises `GitError`.
    """
    folder = work / "commit.git"
    run_git("init", "--quiet", "--bare", "--template=", str(folder))
    (folder / "objects" / "info").mkdir(exist_ok=True)
    (folder / "objects" / "info" / "alternates").write_text(f"{clone / 'objects'}\n")
    if (clone / "shallow").exists():
        (folder / "shallow").write_bytes((clone / "shallow").read_bytes())
    written = _write_files(folder, tree, wanted)
    made = _text(run_git("write-tree", folder=folder))
    _check(folder, wanted.base, made, written)
    when = f"{int(wanted.at.astimezone(UTC).timestamp())} +0000"
    people = {f"GIT_{role}_{name}": value for role in ("AUTHOR", "COMMITTER") for name, value in _person(when)}
    arguments = ("commit-tree", made, "-p", wanted.parent, "-F", "-")
    return folder, _text(run_git(*arguments, folder=folder, data=wanted.message.encode(), variables=people))


def push_commit(remote: Remote, folder: Path, commit: str, branch: str, *, expected: str | None) -> None:
    """Set a branch at the server to a commit if it still is at `expected` (None: is not there); never by force.

    The server compares in the same step. Raises `GitError` (`conflict` where the branch is elsewhere).
    """
    if not COMMIT.fullmatch(commit):
        raise GitError(GitCause.GIT_FAILED, "There is no commit to push.")
    name = f"refs/heads/{branch}"
    lease = f"--force-with-lease={name}:{expected or ''}"
    run_remote(remote, "push", "--quiet", "--no-verify", lease, "--", remote.url, f"{commit}:{name}", folder=folder)


def _write_files(folder: Path, tree: Tree, wanted: NewCommit) -> dict[str, tuple[str, str]]:
    """Put the changed files into the index: mode and object by path, a mode of zeros for those that are gone."""
    entries: dict[str, tuple[str, str]] = {}
    for file in wanted.files:
        before = file.old_path or file.path
        mode = tree.files[before].mode if before in tree.files else "100644"
        if file.old_path:
            entries[file.old_path] = _GONE
        if file.text is None:
            entries[file.path] = _GONE
        else:
            data = file.text.encode()
            entries[file.path] = (mode, _text(run_git("hash-object", "-w", "--stdin", folder=folder, data=data)))
    run_git("read-tree", wanted.base, folder=folder)
    lines = "".join(f"{mode} {name}\t{path}\0" for path, (mode, name) in entries.items())
    run_git("update-index", "-z", "--index-info", folder=folder, data=lines.encode())
    return entries


def _check(folder: Path, base: str, made: str, written: dict[str, tuple[str, str]]) -> None:
    """Raise `GitError` unless exactly the wanted files differ: git passes over paths that it does not like."""
    raw = run_git("diff-tree", "-r", "-z", "--no-renames", base, made, folder=folder).split(b"\0")
    found = {}
    for facts, path in zip(raw[0::2], raw[1::2], strict=False):
        _old_mode, mode, _old_name, name, _status = facts.decode("ascii").split()
        found[path.decode()] = (mode, name)
    if found != written:
        words = ", ".join(sorted(set(found) ^ set(written)))[:200]
        raise GitError(GitCause.FORBIDDEN_PATH, words)


def _person(when: str) -> tuple[tuple[str, str], ...]:
    return ("NAME", AUTHOR), ("EMAIL", ADDRESS), ("DATE", when)


def _text(output: bytes) -> str:
    return output.decode("ascii").strip()
