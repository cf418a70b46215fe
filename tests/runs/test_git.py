"""git is run so that nobody reads the token, nothing of the machine counts, and no server holds it up."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import current_thread
from typing import Any

import pytest

from kernel.doctor import Level
from stages.runs.doctor import examine
from stages.runs.git import clones, heads
from stages.runs.git.clones import clone_path, clones_folder, fetch_commit, forget_clone, work_folder
from stages.runs.git.errors import GitCause, GitError
from stages.runs.git.heads import default_branch
from stages.runs.git.process import Remote, run_git
from stages.runs.threads import in_git_thread
from tests.matrix import OTHER
from tests.runs.git_server import TOKEN, GitServer, Hosted

REPOSITORY: Any = OTHER


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the arguments and variables that the real git gets."""
    real = shutil.which("git")
    folder = tmp_path / "watched"
    folder.mkdir()
    script = folder / "git"
    # The server and the tests use git too, without this variable.
    noted = f'printf "%s\\n" "$@" >> {folder}/arguments; env >> {folder}/variables'
    script.write_text(f'#!/bin/sh\n[ -z "$GIT_CONFIG_COUNT" ] || {{ {noted}; }}\nexec {real} "$@"\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder


def remote(hosted: Hosted, server: GitServer, token: str = TOKEN) -> Remote:
    return Remote(hosted.url, token, frozenset({server.host}))


def test_the_token_is_no_argument_and_nothing_of_the_machine_counts(
    git_host: GitServer, hosted: Hosted, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "http_proxy", "ALL_PROXY", "GIT_SSH_COMMAND", "GIT_TRACE_CURL", "GIT_DIR"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    fetch_commit(REPOSITORY, remote(hosted, git_host), hosted.heads()["main"])

    assert TOKEN not in (watched / "arguments").read_text()
    variables = (watched / "variables").read_text()
    assert "127.0.0.1:1\n" not in variables
    assert TOKEN not in variables, "only git itself can read it, in a form that servers take"
    assert {each.headers.get("authorization", "")[:6] for each in git_host.asked} == {"Basic "}


def test_a_copy_is_whole_and_fetched_once(git_host: GitServer, hosted: Hosted) -> None:
    commit = hosted.heads()["main"]
    folder = fetch_commit(REPOSITORY, remote(hosted, git_host), commit)
    asked = len(git_host.asked)

    assert fetch_commit(REPOSITORY, remote(hosted, git_host), commit) == folder == clone_path(REPOSITORY)
    assert len(git_host.asked) == asked
    assert run_git("cat-file", "-p", f"{commit}:README.md", folder=folder) == b"# Title\n\nText.\n"
    forget_clone(REPOSITORY)
    assert not folder.exists()


def test_what_a_killed_git_left_in_a_copy_is_no_hindrance(git_host: GitServer, hosted: Hosted) -> None:
    folder = fetch_commit(REPOSITORY, remote(hosted, git_host), hosted.heads()["main"])
    (folder / "shallow.lock").touch()
    (folder / "objects" / "pack" / "tmp_pack_x").touch()
    newer = hosted.commit({"README.md": b"newer\n"})

    fetch_commit(REPOSITORY, remote(hosted, git_host), newer)

    assert not (folder / "objects" / "pack" / "tmp_pack_x").exists()
    assert run_git("cat-file", "-t", newer, folder=folder) == b"commit\n"


def test_commits_that_nobody_uses_any_more_leave_the_copy(git_host: GitServer, hosted: Hosted) -> None:
    old, used = hosted.heads()["main"], hosted.commit({"README.md": b"used\n"})
    folder = fetch_commit(REPOSITORY, remote(hosted, git_host), old)
    fetch_commit(REPOSITORY, remote(hosted, git_host), used)
    for ref in (folder / "refs" / "foundry").iterdir():
        os.utime(ref, (0, 0))
    fetch_commit(REPOSITORY, remote(hosted, git_host), used)
    newest = hosted.commit({"README.md": b"newest\n"})

    fetch_commit(REPOSITORY, remote(hosted, git_host), newest)

    assert {each.name for each in (folder / "refs" / "foundry").iterdir()} == {used, newest}
    for commit, words in ((used, b"used\n"), (newest, b"newest\n")):
        assert run_git("cat-file", "-p", f"{commit}:README.md", folder=folder) == words
    with pytest.raises(GitError):
        run_git("cat-file", "-t", old, folder=folder)
    run_git("fsck", "--strict", folder=folder)
    assert fetch_commit(REPOSITORY, remote(hosted, git_host), old) == folder
    assert run_git("cat-file", "-t", old, folder=folder) == b"commit\n"


def test_a_copy_that_another_process_keeps_holds_nobody_up(
    git_host: GitServer, hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clones, "PATIENCE", 0.2)
    clones_folder().mkdir(parents=True)
    with (clones_folder() / f"{REPOSITORY}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(GitError) as error:
            fetch_commit(REPOSITORY, remote(hosted, git_host), hosted.heads()["main"])

    assert error.value.cause is GitCause.TIMEOUT
    assert git_host.asked == []


def test_those_who_wait_for_git_keep_no_thread_of_others() -> None:
    async def where() -> str:
        return await in_git_thread(lambda: current_thread().name)

    assert asyncio.run(where()).startswith("runs-git")


def break_in_a_folder(above: Path) -> None:
    with work_folder():
        assert len([*above.iterdir()]) == 2
        raise ValueError("broken")


def test_work_folders_go_in_every_end_and_those_of_the_killed_with_the_next(git_host: GitServer) -> None:
    above = clones_folder() / "work"
    for name in ("killed", "killed-early", "working"):
        (above / name).mkdir(parents=True)
    for name in ("killed", "working"):
        (above / name / "lock").touch()
    with (above / "working" / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ValueError, match="broken"):
            break_in_a_folder(above)
        assert [each.name for each in above.iterdir()] == ["working"]


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def test_a_silent_server_holds_nobody_up(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads, "SHORT", 0.5)

    with pytest.raises(GitError) as error:
        default_branch(Remote(f"http://{silent}/acme/prompts", TOKEN, frozenset({silent})))

    assert error.value.cause is GitCause.TIMEOUT


def test_the_doctor_looks_at_git_and_the_copies(db: None, git_host: GitServer, hosted: Hosted) -> None:
    folder = fetch_commit(REPOSITORY, remote(hosted, git_host), hosted.heads()["main"])
    found = {each.subject: each for each in examine()}
    assert found["Repositories"].level is Level.OK
    assert "1 copied here" in found["Repositories"].text

    shutil.rmtree(folder / "objects")

    (bad,) = [each for each in examine() if each.level is Level.BAD]
    assert bad.subject == "Repositories"
    assert folder.name in bad.text
