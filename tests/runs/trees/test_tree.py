"""The fields of a draft as a tree, and paths that no run reads."""

from __future__ import annotations

import pytest

from stages.runs.trees.errors import UnreadableFile
from stages.runs.trees.forbidden import guard_of, is_forbidden
from stages.runs.trees.tree import MAX_TEXT, DraftTree


def test_a_draft_has_its_fields_in_order_with_sizes_in_bytes():
    tree = DraftTree({"prompt_text": "ü", "files/a.md": "", "files/big": "x" * (MAX_TEXT + 1)})
    assert [(file.path, file.size, file.notice) for file in tree.files.values()] == [
        ("files/a.md", 0, None),
        ("files/big", MAX_TEXT + 1, "it has 1048577 bytes"),
        ("prompt_text", 2, None),
    ]
    assert tree.text("prompt_text") == "ü"
    with pytest.raises(UnreadableFile):
        tree.text("files/big")


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.md", "files/a.md"), ("files/a.md", "files/a.md"), ("prompt_text", "prompt_text"), ("x/y", "files/x/y")],
)
def test_a_path_may_leave_out_the_folder_of_files(path, expected):
    assert DraftTree({"prompt_text": "", "files/a.md": ""}).resolve(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        ".git/config", "a/.GIT/x", ".env", ".env.local", "sub/.ENV.Local", "x.key", "deep/X.PEM", "my.secret/inside",
        "credentials.json", "Credentials.yaml", ".git /x", ".g\u200cit/x", "GIT~1/x", ".env::$DATA", "a\\.env", ".env.",
    ],
)  # fmt: skip
def test_forbidden_paths_are_known_part_by_part_in_whatever_case(path):
    assert is_forbidden(path)


@pytest.mark.parametrize("path", [".gitignore", "environment", "keys.md", "a.keyboard", "credentials", "pem", ".envrc"])
def test_other_paths_are_not(path):
    assert not is_forbidden(path)


def test_guarded_paths_are_known_at_any_depth():
    assert guard_of(".github/workflows/ci.yml") == ".github/workflows/"
    assert guard_of("files/.GitHub/Workflows/ci.yml") == ".github/workflows/"
    assert guard_of("a/.gitattributes") == ".gitattributes"
    assert guard_of(".github/CODEOWNERS") is None
