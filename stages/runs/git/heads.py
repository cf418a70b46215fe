"""What a repository's server says of its branches, without copying anything."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.names import MAX_BRANCH
from stages.runs.git.process import SHORT, Remote, run_remote

COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DefaultBranch:
    """The branch that a repository shows first, and its newest commit."""

    name: str
    commit: str


def default_branch(remote: Remote) -> DefaultBranch:
    """Ask for the default branch. Raises `GitError`, also for a repository without a commit."""
    lines = run_remote(remote, "ls-remote", "--symref", "--", remote.url, "HEAD", seconds=SHORT)
    name = commit = ""
    for line in lines.decode("utf-8", "replace").splitlines():
        left, _tab, right = line.partition("\t")
        if right == "HEAD" and left.startswith("ref: refs/heads/"):
            name = left.removeprefix("ref: refs/heads/")
        elif right == "HEAD" and COMMIT.fullmatch(left):
            commit = left
    if not commit or not name or len(name) > MAX_BRANCH or not name.isprintable():
        raise GitError(GitCause.COMMIT_NOT_FOUND, "The repository has no default branch with a commit.")
    return DefaultBranch(name, commit)


def head_of(remote: Remote, branch: str) -> str | None:
    """The newest commit of a branch; None if there is no such branch. Raises `GitError`."""
    wanted = f"refs/heads/{branch}"
    lines = run_remote(remote, "ls-remote", "--", remote.url, wanted, seconds=SHORT)
    for line in lines.decode("utf-8", "replace").splitlines():
        commit, _tab, name = line.partition("\t")
        if name == wanted and COMMIT.fullmatch(commit):
            return commit
    return None
