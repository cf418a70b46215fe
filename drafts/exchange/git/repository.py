"""Reads a git repository with the `git` program: without a shell, network, hooks or the files of its work tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from drafts.exchange.git.trust import check_git, check_repository
from kernel.errors import NotFound, ValidationFailed

REGULAR_FILES: Final = frozenset({"100644", "100755", "100664"})

# Without these, the repository or the environment could choose another repository, replace or graft history, ask for a
# password, or fetch missing objects from elsewhere.
_ENVIRONMENT: Final = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_NO_LAZY_FETCH": "1",
    "LC_ALL": "C",
}
_INHERITED: Final = ("PATH", "HOME", "SYSTEMROOT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")

# One record a commit: sha, first parents, author, his address, his time, the committer's time, the message.
_FORMAT: Final = "%H%x00%P%x00%an%x00%ae%x00%aI%x00%cI%x00%B"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as it describes itself; nothing proves these claims."""

    sha: str
    parent: str | None
    author_name: str
    author_email: str
    authored_at: str
    committed_at: str
    message: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path that a commit changed against its first parent.

    `status` is git's letter (`A`, `M`, `D`, `R` …); `mode` and `blob` are of the new side; `source` is the old path of
    a rename.
    """

    status: str
    mode: str
    blob: str
    path: bytes
    source: bytes | None = None


class Repository:
    """A repository on this machine, read only. Raises `ValidationFailed` if it refers to files outside of it."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        # Also, git must not search for a repository in the folders above.
        self._environment = {**inherited, **_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": str(self._path.parent)}
        check_git(self._environment)
        check_repository(self._path, self._environment)

    def commits(self, revision: str) -> list[Commit]:
        """The history of a revision by first parents, oldest first. Raises `NotFound`, `ValidationFailed`."""
        parse = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        head = self._run(*parse, missing=f"The repository has no commit {revision!r}.").decode().strip()
        log = ("log", "-z", "--first-parent", "--reverse", "--no-show-signature", "--encoding=UTF-8")
        fields = self._run(*log, f"--format=tformat:{_FORMAT}", head).split(b"\0")[:-1]
        records = zip(*[iter(fields)] * 7, strict=True)
        return [_commit([each.decode("utf-8", "replace") for each in record]) for record in records]

    def changes(self, commits: Sequence[Commit]) -> dict[str, list[FileChange]]:
        """The changes of each commit against its first parent, with renames; commits without changes are left out."""
        pairs = "".join(f"{each.sha} {each.parent}\n" if each.parent else f"{each.sha}\n" for each in commits)
        options = ("--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "-M", "--no-ext-diff")
        return _entries(self._run("diff-tree", *options, given=pairs.encode()))

    @contextmanager
    def contents(self) -> Iterator[BlobReader]:
        """Read contents by their blob's name, one after the other, from one running git."""
        command = self._command("cat-file", "--batch")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, env=self._environment, **pipes) as process:  # type: ignore[call-overload]
            try:
                yield BlobReader(process.stdin, process.stdout)
            finally:
                process.stdin.close()
                process.stdout.close()
                process.terminate()

    def _command(self, *arguments: str) -> list[str]:
        options = ("-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c", "protocol.allow=never")
        return ["git", "-C", str(self._path), "--no-pager", "--literal-pathspecs", *options, *arguments]

    def _run(self, *arguments: str, given: bytes = b"", missing: str | None = None) -> bytes:
        done = subprocess.run(
            self._command(*arguments), env=self._environment, input=given, capture_output=True, check=False
        )
        if done.returncode:
            words = done.stderr.decode("utf-8", "replace").strip()
            if missing is not None and not words:
                raise NotFound(missing)
            raise ValidationFailed({"repository": [f"git {arguments[0]}: {words}"]})
        return done.stdout


class BlobReader:
    """Reads one blob after the other from a running `git cat-file --batch`."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions = questions
        self._answers = answers

    def read(self, blob: str, *, limit: int) -> bytes | None:
        """The bytes of a blob, or None if it has more than `limit`. Raises `ValidationFailed` if it is missing."""
        self._questions.write(f"{blob}\n".encode())
        self._questions.flush()
        header = self._answers.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise ValidationFailed({"repository": [f"The content {blob} is missing in this clone."]})
        size = int(header[2])
        if size <= limit:
            return self._answers.read(size + 1)[:-1]
        left = size + 1
        while left:
            left -= len(self._answers.read(min(left, 1024 * 1024)))
        return None


def _commit(fields: Sequence[str]) -> Commit:
    sha, parents, name, email, authored, committed, message = fields
    return Commit(sha, parents.split(" ")[0] or None, name, email, authored, committed, message.strip())


def _entries(output: bytes) -> dict[str, list[FileChange]]:
    """Parse `diff-tree --stdin -z --raw`: a commit's name, then its entries with one path, or two for a rename."""
    found: dict[str, list[FileChange]] = {}
    entries: list[FileChange] = []
    parts = iter(output.split(b"\0")[:-1])
    for part in parts:
        if not part.startswith(b":"):
            entries = found.setdefault(part.decode().split(" ")[0], [])
            continue
        _, mode, _, blob, status = part[1:].decode().split(" ")
        source = next(parts) if status[0] in "RC" else None
        entries.append(FileChange(status[0], mode, blob, next(parts), source))
    return found
