"""A commit of a bare clone as a tree."""

from __future__ import annotations

from contextlib import closing

import pytest

from stages.runs.trees import git_tree
from stages.runs.trees.errors import PatchRejected, TreeError, UnreadableFile
from stages.runs.trees.git_tree import GitTree
from stages.runs.trees.patch_parsing import parse_patch
from stages.runs.trees.patches import apply_patch


def test_texts_are_read_and_all_else_is_named_with_its_reason(tree):
    assert {path: file.notice for path, file in tree.files.items()} == {
        "README.md": None,
        "image.bin": "it has 3000000 bytes",
        "latin.txt": None,
        "line\nend": "its name has a control character",
        "passwd": "it is a symbolic link",
        "run.sh": None,
        "small.bin": None,
        "src/ü b.py": None,
        "vendor": "it is a submodule",
    }
    assert tree.text("README.md") == "# Title\n\nText.\n"
    assert tree.text("src/ü b.py") == "x = 1\n"
    for path, words in {
        "passwd": "link",
        "vendor": "submodule",
        "image.bin": "bytes",
        "small.bin": "binary",
        "latin.txt": "UTF-8",
    }.items():
        with pytest.raises(UnreadableFile, match=words):
            tree.text(path)
    with pytest.raises(KeyError):
        tree.text("nothing")


def test_a_patch_of_a_commit_keeps_modes_and_touches_no_link(tree):
    result = apply_patch(
        tree,
        parse_patch(
            "--- a/README.md\n+++ b/README.md\n@@ -3 +3 @@\n-Text.\n+Words.\n--- a/run.sh\n+++ /dev/null\n"
            "--- /dev/null\n+++ b/docs/other.txt\n@@ -0,0 +1 @@\n+new\n"
        ),
    )
    assert [(file.path, file.status) for file in result.files] == [
        ("README.md", "modified"),
        ("docs/other.txt", "added"),
        ("run.sh", "deleted"),
    ]
    assert "deleted file mode 100755" in result.patch
    for path in ("passwd/x", "vendor/x", "README.md/x"):
        with pytest.raises(PatchRejected, match="cannot be made beside"):
            apply_patch(tree, parse_patch(f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n"))
    with pytest.raises(UnreadableFile, match="symbolic link"):
        apply_patch(tree, parse_patch("--- a/passwd\n+++ b/passwd\n@@ -1 +1 @@\n-/etc/passwd\n+/etc/shadow\n"))
    with pytest.raises(PatchRejected, match="cannot be the path of a file"):
        apply_patch(tree, parse_patch("--- /dev/null\n+++ b/../x\n@@ -0,0 +1 @@\n+x\n"))


def test_only_a_full_name_of_a_commit_that_is_there_is_read(folder):
    for commit in ("HEAD", "--help", "1" * 39, "1" * 40):
        with pytest.raises(TreeError):
            GitTree(folder, commit)


def test_a_commit_of_too_many_files_is_not_listed(git, folder, monkeypatch):
    lines = f"100644 blob {git('hash-object', '-w', '--stdin', text=b'x')}\tx\n"
    commits = []
    # The last has a billion files in a few kilobytes.
    for _level in range(10):
        tree = git("mktree", text=lines.encode())
        commits.append(git("commit-tree", tree, "-m", "x"))
        lines = "".join(f"040000 tree {tree}\t{number}\n" for number in range(10))
    with closing(GitTree(folder, commits[3])) as found:
        assert len(found.files) == 1000
    monkeypatch.setattr(git_tree, "MAX_FILES", 999)
    with pytest.raises(TreeError, match="more than 999 files"):
        GitTree(folder, commits[3])

    with pytest.raises(TreeError, match="git wrote more than"):
        GitTree(folder, commits[-1])
