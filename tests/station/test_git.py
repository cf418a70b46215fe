"""In a git repository nothing of ours is committed, and whatever people do with git works."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from foundry_station.files import Replacement, Signature
from foundry_station.git import with_block
from tests.station.rig import Rig
from tests.station.shell import Shell

MARKER = "FOUNDRY"


def git(repo: Path, *arguments: str) -> str:
    identity = {"NAME": "Ada", "EMAIL": "ada@example.org"}
    names = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in identity.items()}
    environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *arguments], cwd=repo, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def repo(rig: Rig) -> Path:
    """The rig's repository, with a committed file on two branches, and the station's section in it."""
    git(rig.repo, "init", "-q", "-b", "main")
    git(rig.repo, "remote", "add", "origin", "git@github.com:acme/protocol.git")
    rig.file.write_bytes(b"# Protocol\n")
    git(rig.repo, "add", "-A")
    git(rig.repo, "commit", "-q", "-m", "first")
    git(rig.repo, "checkout", "-q", "-b", "other")
    rig.file.write_bytes(b"# Protocol, otherwise\n")
    git(rig.repo, "commit", "-qam", "other")
    git(rig.repo, "checkout", "-q", "main")
    return rig.repo


@pytest.fixture
def kept(rig: Rig, repo: Path) -> Path:
    rig.issue(rig.site.directive(match=["github.com/acme/*"]))
    assert MARKER in rig.file.read_text()
    return repo


def snapshot(repo: Path) -> dict[str, bytes]:
    names = (".git/config", ".git/info/attributes", ".git/info/exclude", "CLAUDE.md")
    return {name: (repo / name).read_bytes() for name in names if (repo / name).exists()}


def test_a_commit_right_after_the_first_write_holds_no_section(
    rig: Rig, repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, seen = Replacement.write, list[str]()

    def observed(replacement: Replacement) -> Signature:
        signature = write(replacement)
        git(repo, "add", "-A")
        seen.append(git(repo, "status", "--short"))
        return signature

    monkeypatch.setattr(Replacement, "write", observed)
    rig.issue(rig.site.directive(match=["github.com/acme/*"]), rig.site.directive(destination="gemini"))
    assert seen == ["", ""], "git knows of each file before the text is in it"


def test_status_is_clean_after_a_write(kept: Path) -> None:
    """Case 40."""
    assert git(kept, "status", "--short") == ""
    assert git(kept, "diff") == ""


def test_a_checkout_brings_the_other_text_with_the_section(rig: Rig, kept: Path) -> None:
    git(kept, "checkout", "-q", "other")
    assert rig.file.read_text().startswith("# Protocol, otherwise\n<!-- FOUNDRY MANAGED")
    assert git(kept, "status", "--short") == ""
    rig.round()
    assert rig.kinds() == ["applied"], "nobody has altered anything"
    git(kept, "checkout", "-q", "main")
    assert rig.file.read_text().startswith("# Protocol\n<!-- FOUNDRY MANAGED")


def test_stash_works(rig: Rig, kept: Path) -> None:
    assert "No local changes" in git(kept, "stash")
    rig.file.write_text("my line\n" + rig.file.read_text())
    rig.round()
    git(kept, "stash")
    assert "my line" not in rig.file.read_text()
    assert MARKER in rig.file.read_text()
    git(kept, "stash", "pop")
    assert rig.file.read_text().startswith("my line\n# Protocol\n<!-- FOUNDRY MANAGED")


def test_an_own_line_is_committed_without_the_section(rig: Rig, kept: Path) -> None:
    rig.file.write_text("my line\n" + rig.file.read_text())
    rig.round()
    assert git(kept, "status", "--short") == " M CLAUDE.md\n"
    git(kept, "commit", "-qam", "mine")
    assert git(kept, "show", "HEAD:CLAUDE.md") == "my line\n# Protocol\n"
    assert git(kept, "status", "--short") == ""
    assert MARKER not in git(kept, "log", "-p", "--all")


def test_pull_with_rebase_works(rig: Rig, kept: Path) -> None:
    upstream = rig.folder / "upstream"
    git(rig.folder, "clone", "-q", str(kept), str(upstream))
    git(kept, "remote", "set-url", "origin", str(upstream))
    (upstream / "CLAUDE.md").write_text("# Protocol\nfrom upstream\n")
    git(upstream, "commit", "-qam", "upstream")
    (kept / "mine.txt").write_text("mine")
    git(kept, "add", "mine.txt")
    git(kept, "commit", "-qm", "mine")
    git(kept, "pull", "-q", "--rebase", "origin", "main")
    assert rig.file.read_text().startswith("# Protocol\nfrom upstream\n<!-- FOUNDRY MANAGED")
    assert git(kept, "status", "--short") == ""


def test_everything_is_given_back_byte_for_byte(rig: Rig, repo: Path) -> None:
    (repo / ".git" / "info" / "attributes").write_bytes(b"*.bin binary")
    before = snapshot(repo)
    directive = rig.site.directive()
    rig.issue(directive, rig.site.directive("whole", destination="file", path="docs/house rules.md"))
    assert snapshot(repo).keys() == before.keys()
    assert snapshot(repo) != before
    assert git(repo, "status", "--short") == ""
    rig.issue()
    assert snapshot(repo) == before
    assert not (repo / "docs").exists()
    assert git(repo, "status", "--short") == ""


def test_signing_out_gives_everything_back_byte_for_byte(rig: Rig, repo: Path, shell: Shell) -> None:
    attributes = repo / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_bytes(b"*.bin binary\r\nlast")
    rig.file.write_bytes(b"# Protocol\r\nmy line, without end")
    before = snapshot(repo)
    rig.issue(rig.site.directive(), rig.site.directive("whole", destination="file", path="docs/house rules.md"))
    assert all(data != before[name] for name, data in snapshot(repo).items() if name != ".git/info/exclude")
    assert shell.run("logout", "--remove") == 0
    assert snapshot(repo) == before
    assert not (repo / "docs").exists()


def test_a_new_file_is_no_news_for_git_until_somebody_writes_in_it(rig: Rig, kept: Path) -> None:
    rig.issue(rig.site.directive(destination="agents"))
    assert (kept / "AGENTS.md").exists()
    assert git(kept, "status", "--short") == ""
    with (kept / "AGENTS.md").open("a") as file:
        file.write("my line\n")
    rig.round()
    assert git(kept, "status", "--short") == "?? AGENTS.md\n"
    git(kept, "add", "AGENTS.md")
    assert git(kept, "show", ":AGENTS.md") == "my line\n"


def test_a_tracked_file_that_is_all_ours_stays_as_it_was_committed(rig: Rig, repo: Path) -> None:
    rig.issue(rig.site.directive("all ours", destination="file", path="CLAUDE.md"))
    assert rig.file.read_text() == "all ours"
    assert git(repo, "status", "--short") == ""
    git(repo, "checkout", "-q", "other")
    assert rig.file.read_text() == "all ours"
    assert git(repo, "show", "HEAD:CLAUDE.md") == "# Protocol, otherwise\n"
    rig.issue()
    assert rig.file.read_text().startswith("# Protocol")


def test_a_container_without_the_station_commits_no_section_either(rig: Rig, kept: Path) -> None:
    config = kept / ".git" / "config"
    config.write_text(config.read_text().replace("filtering.py", "not-there.py"))
    rig.file.write_text("my line\n" + rig.file.read_text())
    git(kept, "commit", "-qam", "mine")
    assert git(kept, "show", "HEAD:CLAUDE.md") == "my line\n# Protocol\n"


def test_work_of_git_is_waited_for(rig: Rig, kept: Path) -> None:
    """While git has the index locked, it is not asked; afterwards it is."""
    lock = kept / ".git" / "index.lock"
    lock.touch()
    rig.file.write_text(rig.file.read_text().replace("Never", "Always"))
    rig.round()
    assert "Never" in rig.file.read_text()
    lock.unlink()
    rig.engine.changed()
    assert git(kept, "status", "--short") == ""


def test_a_worktree_is_kept_as_well(rig: Rig, kept: Path) -> None:
    other = rig.folder / "worktree"
    git(kept, "worktree", "add", "-q", str(other), "other")
    rig.engine.enforcer.files.watch(other)
    rig.engine.replan()
    rig.round()
    assert (other / "CLAUDE.md").read_text().startswith("# Protocol, otherwise\n<!-- FOUNDRY MANAGED")
    assert git(other, "status", "--short") == ""


def test_a_file_of_another_repository_that_a_link_leads_to_is_kept_out_of_commits_too(rig: Rig) -> None:
    """A home whose files are links into a repository of their own."""
    files = rig.home / "dotfiles"
    files.mkdir()
    git(files, "init", "-q")
    (files / "claude.md").write_text("mine\n")
    git(files, "add", "-A")
    git(files, "commit", "-qm", "first")
    (rig.home / ".claude").mkdir()
    (rig.home / ".claude" / "CLAUDE.md").symlink_to(files / "claude.md")
    rig.issue(rig.site.directive(layer="user"))
    assert "Never." in (files / "claude.md").read_text()
    assert git(files, "status", "--short") == ""
    rig.issue()
    assert (files / "claude.md").read_text() == "mine\n"
    assert git(files, "status", "--short") == ""
    assert "filter" not in (files / ".git" / "config").read_text()


@pytest.mark.parametrize("data", [None, b"", b"one\n", b"one\ntwo", b"[core]\n\tbare = false\n"])
def test_lines_in_git_s_files_are_taken_out_exactly(data: bytes | None) -> None:
    once = with_block(data, ["first", "second"])
    assert once is not None
    assert with_block(once, ["first", "second"]) == once
    changed = with_block(once, ["other"])
    assert with_block(changed, []) == data
    assert with_block(once + b"later\n", []) == (data or b"") + (b"\n" if data == b"one\ntwo" else b"") + b"later\n"
