"""A repository that leads elsewhere, or has programs of its own, is not imported."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from drafts.exchange.git.repository import Repository
from drafts.exchange.git.trust import MIN_GIT
from kernel.errors import ValidationFailed
from tests.drafts.exchange.git_repository import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    found = Repo(tmp_path / "agent")
    found.commit({"prompts/system.md": "one"})
    return found


def a_file_for_a_folder(repo: Repo) -> None:
    (repo.path / ".git").rename(repo.path.parent / "secret.git")
    (repo.path / ".git").write_text(f"gitdir: {repo.path.parent / 'secret.git'}\n")


def a_link_for_a_folder(repo: Repo) -> None:
    (repo.path / ".git").rename(repo.path.parent / "secret.git")
    (repo.path / ".git").symlink_to(repo.path.parent / "secret.git")


def alternates(repo: Repo) -> None:
    (repo.path / ".git/objects/info").mkdir(exist_ok=True)
    (repo.path / ".git/objects/info/alternates").write_text("/srv/other.git/objects\n")


def a_common_folder(repo: Repo) -> None:
    (repo.path / ".git/commondir").write_text("/srv/other.git\n")


def a_hook(repo: Repo) -> None:
    (repo.path / ".git/hooks").mkdir(exist_ok=True)
    (repo.path / ".git/hooks/post-checkout").write_text("#!/bin/sh\n")


def an_include(repo: Repo) -> None:
    repo.git("config", "include.path", "/etc/foundry/environment")


def a_conditional_include(repo: Repo) -> None:
    repo.git("config", "includeIf.gitdir:/.path", "/etc/foundry/environment")


def a_link_for_a_content(repo: Repo) -> None:
    content = next(path for path in (repo.path / ".git" / "objects").glob("??/*") if path.is_file())
    content.rename(repo.path.parent / content.name)
    content.symlink_to(repo.path.parent / content.name)


def hooks_elsewhere(repo: Repo) -> None:
    repo.git("config", "core.hooksPath", "/tmp/hooks")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (a_file_for_a_folder, "is a file that leads elsewhere"),
        (a_link_for_a_folder, "is a symbolic link"),
        (a_link_for_a_content, "is a symbolic link"),
        (alternates, "alternates leads elsewhere"),
        (a_common_folder, "commondir leads elsewhere"),
        (a_hook, "post-checkout is a program"),
        (an_include, r"sets include\.path"),
        (a_conditional_include, r"sets includeif\.gitdir"),
        (hooks_elsewhere, r"sets core\.hookspath"),
    ],
)
def test_a_repository_that_leads_elsewhere_is_refused(repo: Repo, change: Callable[[Repo], None], told: str) -> None:
    assert len(Repository(repo.path).commits("HEAD")) == 1
    change(repo)
    with pytest.raises(ValidationFailed) as refusal:
        Repository(repo.path)
    (problems,) = refusal.value.errors.values()
    assert any(re.search(told, each) for each in problems), problems


def test_a_repository_above_the_folder_is_not_looked_for(repo: Repo) -> None:
    (repo.path / "inner").mkdir()
    with pytest.raises(ValidationFailed):
        Repository(repo.path / "inner").commits("HEAD")


def test_an_old_git_is_refused_with_the_version_that_is_needed(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.20.1\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    with pytest.raises(ValidationFailed) as refusal:
        Repository(repo.path)
    assert refusal.value.errors == {
        "git": [f"git {'.'.join(map(str, MIN_GIT))} or newer is needed; here is git version 2.20.1."]
    }
