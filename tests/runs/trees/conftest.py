"""A bare clone with files of all kinds."""

from __future__ import annotations

import subprocess
from contextlib import closing

import pytest

from stages.runs.trees.git_tree import GitTree


@pytest.fixture
def folder(tmp_path):
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "clone.git")], check=True)
    return tmp_path / "clone.git"


@pytest.fixture
def git(folder):

    def run(*arguments: str, text: bytes = b"") -> str:
        command = ["git", f"--git-dir={folder}", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
        return subprocess.run(command, input=text, capture_output=True, check=True).stdout.decode().strip()

    return run


@pytest.fixture
def tree(git, folder):
    blobs = {
        "README.md": ("100644", b"# Title\n\nText.\n"),
        "run.sh": ("100755", b"echo\n"),
        "src/ü b.py": ("100644", b"x = 1\n"),
        "passwd": ("120000", b"/etc/passwd"),
        "image.bin": ("100644", b"\0" * 3_000_000),
        "small.bin": ("100644", b"\0\1"),
        "line\nend": ("100644", b"x"),
        "latin.txt": ("100644", b"\xe9\n"),
    }
    entries = [
        f"{mode} blob {git('hash-object', '-w', '--stdin', text=data)}\t{path}" for path, (mode, data) in blobs.items()
    ]
    entries.append(f"160000 commit {'1' * 40}\tvendor")
    nested = [entry for entry in entries if "\tsrc/" in entry]
    inner = git(
        "mktree", "-z", "--missing", text="".join(each.replace("\tsrc/", "\t") + "\0" for each in nested).encode()
    )
    top = [entry for entry in entries if entry not in nested] + [f"040000 tree {inner}\tsrc"]
    root = git("mktree", "-z", "--missing", text="".join(each + "\0" for each in top).encode())
    commit = git("commit-tree", root, "-m", "first")
    with closing(GitTree(folder, commit)) as found:
        yield found
