"""The fields as rows of a tree, each folder before what lies in it."""

from __future__ import annotations

from dataclasses import dataclass

from workspace.editor.field_tree import tree_rows


@dataclass(frozen=True)
class Named:
    name: str


def test_each_folder_is_listed_once_before_its_files_with_its_place_among_its_siblings():
    names = ("prompt_text", "files/a/b/one.md", "files/a/b/two.md", "files/a/three.md", "files/z.md")

    rows = tree_rows([Named(name) for name in names])

    assert [(row.label, row.level, row.position, row.size, row.field is None) for row in rows] == [
        ("prompt_text", 1, 1, 3, False),
        ("a", 1, 2, 3, True),
        ("b", 2, 1, 2, True),
        ("one.md", 3, 1, 2, False),
        ("two.md", 3, 2, 2, False),
        ("three.md", 2, 2, 2, False),
        ("z.md", 1, 3, 3, False),
    ]
    assert [row.folder for row in rows] == ["", "", "a", "a/b", "a/b", "a", ""]


def test_folders_that_hold_one_folder_only_share_its_row():
    names = ("files/a/b/c/one.md", "files/a/b/c/two.md", "files/x/y/one.md", "files/x/z/one.md")

    rows = tree_rows([Named(name) for name in names])

    assert [(row.label, row.path, row.folder, row.level) for row in rows] == [
        ("a/b/c", "a/b/c", "", 1),
        ("one.md", "a/b/c/one.md", "a/b/c", 2),
        ("two.md", "a/b/c/two.md", "a/b/c", 2),
        ("x", "x", "", 1),
        ("y", "x/y", "x", 2),
        ("one.md", "x/y/one.md", "x/y", 3),
        ("z", "x/z", "x", 2),
        ("one.md", "x/z/one.md", "x/z", 3),
    ]
