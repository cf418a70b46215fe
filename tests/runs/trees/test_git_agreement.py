"""Patches mean to us what they mean to git, and ours mean to git what they mean to us."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from stages.runs.trees.errors import PatchRejected
from stages.runs.trees.patch_parsing import parse_patch
from stages.runs.trees.patches import apply_patch
from stages.runs.trees.tree import DraftTree

lines = st.lists(
    st.sampled_from(["a", "b", "c", "", " ", "-- x", "++ y", "@@ z", "a\r", "\\ n", "diff --git"]), max_size=24
)
contents = st.builds(lambda each, end: "\n".join(each) + end, lines, st.sampled_from(["", "\n"]))
folders = st.dictionaries(
    st.sampled_from(["files/a.md", "files/sub/b c.txt", "files/ü", "files/z", "files/sub/d"]), contents, max_size=4
)


def git(folder: Path, *arguments: str, text: str | None = None) -> str:
    done = subprocess.run(
        ["git", "-c", "core.autocrlf=false", *arguments],
        cwd=folder,
        input=text.encode() if text is not None else None,
        capture_output=True,
        check=False,
    )
    assert done.returncode in ({0, 1} if text is None else {0}), done.stderr
    return done.stdout.decode()


def write(folder: Path, files: dict[str, str]) -> None:
    folder.mkdir()
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(text.encode())


def read(folder: Path) -> dict[str, str]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in found}


def changed(old: dict[str, str], patch: str) -> dict[str, str]:
    result = apply_patch(DraftTree(old), parse_patch(patch))
    gone = {name for file in result.files for name in (file.old_path, file.path)}
    kept = {path: text for path, text in old.items() if path not in gone}
    return kept | {file.path: file.text for file in result.files if file.text is not None}


@settings(max_examples=60)
@given(old=folders, new=folders)
def test_diffs_of_git_are_applied_as_git_applies_them_and_written_so_that_git_can(old, new):
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "a", old)
        write(folder / "b", new)
        diff = git(folder, "diff", "--no-index", "--no-color", "--no-prefix", "--find-renames", "a", "b")
        # Without a prefix, git's names begin with the folders, which look like its prefixes.
        diff = diff.replace("rename from a/", "rename from ").replace("rename to b/", "rename to ")
        diff = diff.replace('rename from "a/', 'rename from "').replace('rename to "b/', 'rename to "')
        result = apply_patch(DraftTree(old), parse_patch(diff))
        assert changed(old, diff) == new
        if result.patch:
            git(folder / "a", "apply", "--whitespace=nowarn", text=result.patch)
        assert read(folder / "a") == new


@given(old=lines, new=lines, shift=st.integers(-5, 5))
def test_a_diff_with_wrong_numbers_is_right_or_refused(old, new, shift):
    texts = {"files/x": "".join(f"{line}{at // 2}\n" for at, line in enumerate(old))}
    after = {"files/x": "".join(f"{line}{at // 2}\n" for at, line in enumerate(new))}
    whole = f"--- a/files/x\n+++ b/files/x\n@@ -1,{len(old)} +1,{len(new)} @@\n"
    whole += "".join(f"-{line}\n" for line in texts["files/x"].split("\n")[:-1])
    whole += "".join(f"+{line}\n" for line in after["files/x"].split("\n")[:-1])
    patch = apply_patch(DraftTree(texts), parse_patch(whole)).patch if old else ""
    wrong = "".join(
        f"@@ -{max(1, 40 + shift)},9 +1,2 @@\n" if line.startswith("@@ -") else line
        for line in patch.splitlines(keepends=True)
    )
    with suppress(PatchRejected):
        assert changed(texts, wrong) == (after if patch else texts)
