"""A runner's cache of repositories: bare, shallow and whole, one folder a repository. Losing it costs time only.

    <FOUNDRY_DATA_DIR>/repositories/<id>.git       the copy, with a ref for each commit that a run needed
    <FOUNDRY_DATA_DIR>/repositories/work/<name>    while a commit is made: its own objects and index, then removed

Processes of one machine take turns by a file lock, which ends with the process that holds it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from django.conf import settings

from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.process import LONG, Remote, run_git, run_remote

logger = logging.getLogger(__name__)

FOLDER: Final = "repositories"
UNUSED_DAYS: Final = 7
# Seconds: how long to wait for another process of this machine, which may be copying, and how often to look.
PATIENCE: Final = LONG
LOOK_AGAIN: Final = 0.1


def clones_folder() -> Path:
    """Where the copies of this machine are."""
    return Path(settings.FOUNDRY_DATA_DIR) / FOLDER


def clone_path(repository_id: UUID) -> Path:
    """The folder of a repository's copy, which may not exist yet."""
    return clones_folder() / f"{repository_id}.git"


def fetch_commit(repository_id: UUID, remote: Remote, commit: str) -> Path:
    """Have a commit with all of its files in the cache; the folder of the copy. Raises `GitError`.

    Fetched with a depth of 1, and never in part: later steps would ask the server for each file that is missing. Then
    the commits that nobody has used for `UNUSED_DAYS` are removed from the copy.
    """
    folder = clone_path(repository_id)
    with _lock(str(repository_id)):
        if not (folder / "HEAD").exists():
            _make(folder)
        elif _has(folder, commit):
            # `_drop_unused` looks at this.
            os.utime(folder / "refs" / "foundry" / commit)
            return folder
        # Those of a git that was killed; nobody else holds them while the lock is ours.
        for left in (*folder.glob("*.lock"), *folder.glob("refs/**/*.lock"), *folder.glob("objects/pack/tmp_*")):
            left.unlink(missing_ok=True)
        name = f"{commit}:refs/foundry/{commit}"
        run_remote(remote, "fetch", "--quiet", "--depth=1", "--no-tags", "--", remote.url, name, folder=folder)
        _drop_unused(folder)
    return folder


def forget_clone(repository_id: UUID) -> None:
    """Remove a repository's copy from this machine."""
    with _lock(str(repository_id)):
        shutil.rmtree(clone_path(repository_id), ignore_errors=True)


@contextmanager
def work_folder() -> Iterator[Path]:
    """A new folder that is removed in every end; those that killed processes left behind are removed first."""
    above = clones_folder() / "work"
    with _lock("work"):
        above.mkdir(exist_ok=True)
        _sweep(above)
        folder = Path(tempfile.mkdtemp(dir=above))
        held = (folder / "lock").open("w")
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        held.close()


def _sweep(above: Path) -> None:
    """Remove folders whose process is gone: it holds no lock."""
    for folder in above.iterdir():
        try:
            with (folder / "lock").open("r") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        except FileNotFoundError:
            pass
        shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path) -> None:
    """An empty bare repository, complete before it has its name."""
    shutil.rmtree(folder, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        made = Path(name) / "new.git"
        run_git("init", "--quiet", "--bare", "--template=", str(made))
        made.rename(folder)


def _has(folder: Path, commit: str) -> bool:
    """Whether a commit was fetched to its end: git writes the ref last."""
    try:
        return run_git("rev-parse", "--verify", "--quiet", f"refs/foundry/{commit}", folder=folder).strip() == (
            commit.encode()
        )
    except GitError:
        return False


def _drop_unused(folder: Path) -> None:
    """Remove the commits that were not used for long, with the files that only they have. The lock must be held."""
    oldest = time.time() - UNUSED_DAYS * 24 * 3600
    unused = [ref for ref in (folder / "refs" / "foundry").iterdir() if ref.stat().st_mtime < oldest]
    if not unused:
        return
    for ref in unused:
        ref.unlink()
    try:
        run_git("repack", "-a", "-d", "-q", folder=folder)
        run_git("prune", "--expire=now", folder=folder)
    except GitError as error:
        # The copy is whole, only larger than it has to be.
        logger.warning("%s keeps commits that nobody uses: %s", folder, error)


@contextmanager
def _lock(name: str) -> Iterator[None]:
    """Hold a lock of this machine; it ends with the process that holds it.

    Raises `GitError` where another process holds it for longer than `PATIENCE`.
    """
    above = clones_folder()
    above.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (above / f"{name}.lock").open("w") as lock:
        _acquire(lock)
        yield


def _acquire(lock: IO[str]) -> None:
    latest = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > latest:
                words = f"Another process kept the copy for longer than {PATIENCE:.0f} s."
                raise GitError(GitCause.TIMEOUT, words) from None
            time.sleep(LOOK_AGAIN)
        else:
            return
