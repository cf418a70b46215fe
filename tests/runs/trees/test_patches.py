"""Patches as models write them, applied by their content."""

from __future__ import annotations

from contextlib import suppress

import pytest

from stages.runs.trees.answers import split_answer
from stages.runs.trees.errors import ForbiddenPath, PatchRejected, TreeError
from stages.runs.trees.patch_parsing import MAX_PATCH, parse_patch
from stages.runs.trees.patches import PatchResult, apply_patch
from stages.runs.trees.tree import DraftTree

NUMBERS = "one\ntwo\nthree\nfour\nfive\n"


def patched(answer: str, **fields: str) -> PatchResult:
    tree = DraftTree({"prompt_text": NUMBERS} | {f"files/{name}": text for name, text in fields.items()})
    part = split_answer(answer)
    return apply_patch(tree, parse_patch(part.patch, strict=part.is_fenced))


def texts(result: PatchResult) -> dict[str, str | None]:
    return {file.path: file.text for file in result.files}


HEADER = "--- a/prompt_text\n+++ b/prompt_text\n"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(HEADER + "@@ -1,9 +1,4 @@\n one\n-two\n+TWO\n three\n", id="wrong counts"),
        pytest.param(HEADER + "@@ ... @@\n one\n-two\n+TWO\n", id="no numbers"),
        pytest.param(HEADER + "@@ -40,3 +40,3 @@\n one\n-two\n+TWO\n three\n", id="a wrong line"),
        pytest.param(HEADER + "@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n", id="no trailing context"),
        pytest.param(HEADER + "@@ -2 +2 @@\n-two\n+TWO\n", id="no context"),
        pytest.param("--- prompt_text\n+++ prompt_text\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n", id="no prefix"),
        pytest.param(
            "diff --git a/prompt_text b/prompt_text\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n", id="git's line alone"
        ),
        pytest.param(
            f"Sure!\n\n```diff\n{HEADER}@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n```\n- Done, hope it helps.\n",
            id="fences and prose",
        ),
        pytest.param(f"Sure!\n\n{HEADER}@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n\n- I changed two.\n", id="prose alone"),
        pytest.param(f"```diff\n{HEADER}@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n", id="a fence that does not close"),
        pytest.param(
            (HEADER + "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n").replace("\n", "\r\n"), id="all with CRLF"
        ),
        pytest.param(
            "diff --git a/prompt_text b/prompt_text\nindex 1..2 100644\n"
            + HEADER
            + "@@ -1,3 +1,3 @@ def f():\n one\n-two\n+TWO\n three\n-- \n2.39.5\n",
            id="as mailed by git",
        ),
    ],
)
def test_a_patch_is_applied_however_it_is_written(answer):
    result = patched(answer)
    assert texts(result) == {"prompt_text": NUMBERS.replace("two", "TWO")}
    assert result.warnings == ()
    assert [(file.status, file.added, file.removed) for file in result.files] == [("modified", 1, 1)]


def test_lines_that_differ_in_white_space_are_applied_with_a_warning():
    result = patched(HEADER + "@@ -1,3 +1,3 @@\n one\r\n-two\r\n+TWO\r\n three\r\n")
    assert texts(result) == {"prompt_text": NUMBERS.replace("two", "TWO")}
    assert result.warnings == ("prompt_text: hunk 1 differs in white space.",)


def test_a_file_with_crlf_keeps_it():
    text = "a\r\nb\r\nc\r\n"
    result = patched("--- a/files/x\n+++ b/files/x\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n+b2\n c\n", x=text)
    assert texts(result) == {"files/x": "a\r\nB\r\nb2\r\nc\r\n"}


def test_lines_that_lost_their_indentation_get_it_back():
    text = "steps:\n    - a\n    - b\n"
    result = patched("--- a/files/x\n+++ b/files/x\n@@ @@\n - a\n--  b\n+- c\n".replace("-  b", "- b"), x=text)
    assert texts(result) == {"files/x": "steps:\n    - a\n    - c\n"}


def test_a_file_in_two_sections_is_one_change():
    first = HEADER + "@@ -1,2 +1,3 @@\n one\n-two\n+TWO\n+more\n"
    result = patched(first + HEADER + "@@ -4,2 +4,2 @@\n four\n-five\n+FIVE\n")
    assert texts(result) == {"prompt_text": "one\nTWO\nmore\nthree\nfour\nFIVE\n"}
    # The second section may also speak of what the first one made.
    result = patched(first + HEADER + "@@ -2,2 +2,2 @@\n TWO\n-more\n+less\n")
    assert texts(result) == {"prompt_text": "one\nTWO\nless\nthree\nfour\nfive\n"}


def test_a_new_file_has_all_its_lines_whatever_its_header_says():
    result = patched("diff --git a/g b/g\n--- /dev/null\n+++ b/g\n@@ -0,0 +1,2 @@\n+this\n+is\n+an\n+example\n")
    assert texts(result) == {"files/g": "this\nis\nan\nexample\n"}
    assert result.patch.startswith("diff --git a/files/g b/files/g\nnew file mode 100644\n--- /dev/null\n")


def test_a_patch_changes_two_files_deletes_renames_and_adds_one_each():
    answer = (
        HEADER
        + "@@ -1 +1 @@\n-one\n+ONE\n"
        + "--- a/files/a.md\n+++ b/files/a.md\n@@ -1 +1,2 @@\n a\n+b\n"
        + "diff --git a/files/gone.md b/files/gone.md\ndeleted file mode 100644\n"
        + "--- a/files/gone.md\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        + "diff --git a/files/old.md b/files/sub/new.md\nrename from files/old.md\nrename to files/sub/new.md\n"
        + "--- /dev/null\n+++ b/files/added.md\n@@ -0,0 +1 @@\n+n\n"
    )
    fields = {"a.md": "a\n", "gone.md": "x\n", "old.md": "o\n"}
    result = patched(answer, **fields)
    assert [(file.path, file.status, file.added, file.removed, file.old_path) for file in result.files] == [
        ("files/a.md", "modified", 1, 0, None),
        ("files/added.md", "added", 1, 0, None),
        ("files/gone.md", "deleted", 0, 1, None),
        ("files/sub/new.md", "renamed", 0, 0, "files/old.md"),
        ("prompt_text", "modified", 1, 1, None),
    ]
    assert result.files[3].as_data() == {
        "path": "files/sub/new.md",
        "from": "files/old.md",
        "status": "renamed",
        "added": 0,
        "removed": 0,
    }
    # The clean patch says the same.
    assert patched(result.patch, **fields) == result


def test_a_patch_that_changes_nothing_has_no_files():
    result = patched(HEADER + "@@ -1,2 +1,2 @@\n-one\n+one\n two\n")
    assert (result.patch, result.files) == ("", ())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HEADER + "@@ -9,2 +9,2 @@\n not there\n-gone\n+x\n", "lines of hunk 1 are not in the file"),
        (HEADER + "@@ ... @@\n+new\n", "hunk 1 has no line that says where it belongs"),
        ("--- a/files/d\n+++ b/files/d\n@@ @@\n x\n-y\n+z\n", "lines of hunk 1 are in the file 2 times"),
        ("--- a/files/nothing\n+++ b/files/nothing\n@@ -1 +1 @@\n-a\n+b\n", "There is no file files/nothing"),
        ("--- /dev/null\n+++ b/files/d\n@@ -0,0 +1 @@\n+a\n", "files/d exists already"),
        ("--- /dev/null\n+++ b/files/D\n@@ -0,0 +1 @@\n+a\n", "files/D cannot be made beside files/d"),
        ("--- /dev/null\n+++ b/files/d/e\n@@ -0,0 +1 @@\n+a\n", "files/d/e cannot be made beside files/d"),
        ("--- /dev/null\n+++ b/files/s\n@@ -0,0 +1 @@\n+a\n", "files/s cannot be made beside files/s/t"),
        ("--- /dev/null\n+++ b/files/../x\n@@ -0,0 +1 @@\n+a\n", "cannot be the path of a file"),
        ("--- /dev/null\n+++ b//etc/passwd\n@@ -0,0 +1 @@\n+a\n", "cannot be the path of a file"),
        ("--- /dev/null\n+++ b/files/x\n@@ -0,0 +1,2 @@\nno\nsigns\n", "has no lines"),
        ("diff --git a/files/l b/files/l\nnew file mode 120000\n", "links and submodules cannot be changed"),
        ("diff --git a/files/d b/files/d\nGIT binary patch\n", "binary files cannot be changed"),
        ("--- /dev/null\n+++ /dev/null\n", "names no file"),
        ("--- a/files/no\n+++ /dev/null\n@@ @@\n+x\n", "There is no file files/no"),
        ("--- a/prompt_text\n+++ /dev/null\n", "can be changed, but neither deleted nor renamed"),
        ("diff --git a/x b/x\nrename from prompt_text\nrename to p.md\n", "neither deleted nor renamed"),
        (HEADER + "@@ -1,2 +1,2 @@\n-one\n+1\n two\n@@ -1 +1 @@\n-one\n+I\n", "another hunk changes"),
        (f"```\n{HEADER}@@ -1,3 +1,3 @@\n one\n-two\n+TWO\nthree\n-four\n```", "begins with none of blank, + and -"),
        (HEADER + "@@ -1,3 +1,4 @@\n one\nthree\n+x\n", "begins with none of blank, + and -"),
        (HEADER + "@@ -1 +1 @@\n-one\n+o\0ne\n", "NUL"),
        ('--- "a/x\n+++ "b/x\n@@ -1 +1 @@\n-one\n+one\n', "lacks its closing quote"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(answer, words):
    with pytest.raises(PatchRejected) as caught:
        patched(answer, **{"d": "x\ny\nx\ny\n", "s/t": "1\n"})
    assert words in str(caught.value)


@pytest.mark.parametrize("number", [1, 3])
def test_numbers_break_ties(number):
    result = patched(f"--- a/files/d\n+++ b/files/d\n@@ -{number},2 +{number},2 @@\n x\n-y\n+z\n", d="x\ny\nx\ny\n")
    assert texts(result) == {"files/d": "x\nz\nx\ny\n" if number == 1 else "x\ny\nx\nz\n"}


def test_numbers_that_are_all_wrong_alike_still_break_ties():
    text = "x\ny\nx\ny\nend\n"
    hunks = "@@ -11,2 +11,2 @@\n x\n-y\n+z\n@@ -15 +15 @@\n-end\n+END\n"
    result = patched("--- a/files/d\n+++ b/files/d\n" + hunks, d=text)
    assert texts(result) == {"files/d": "x\nz\nx\ny\nEND\n"}
    # The number of the first hunk fits, but the other one shows that the numbers are off by two.
    hunks = "@@ -3,2 +3,2 @@\n x\n-y\n+z\n@@ -7 +7 @@\n-end\n+END\n"
    assert texts(patched("--- a/files/d\n+++ b/files/d\n" + hunks, d=text)) == {"files/d": "x\nz\nx\ny\nEND\n"}


def test_wrong_counts_that_end_at_an_empty_line_lose_nothing():
    text = "- a\n+z\n\n- b\nc\n"
    answer = "--- a/files/d\n+++ b/files/d\n@@ -1,2 +1,1 @@\n - a\n-+z\n\n-- b\n c\n"
    assert texts(patched(answer, d=text)) == {"files/d": "- a\n\nc\n"}


@pytest.mark.parametrize("path", [".env", "sub/.ENV.local", "a/credentials.json", "x.key", ".git/config", "ｅ/.ＥＮＶ"])
def test_forbidden_paths_are_refused(path):
    for answer in (
        f"--- a/{path}\n+++ b/{path}\n@@ -1 +1 @@\n-a\n+b\n",
        f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+a\n",
        f"diff --git a/{path} b/readme.txt\nrename from {path}\nrename to readme.txt\n",
        f"diff --git a/readme.txt b/{path}\nrename from readme.txt\nrename to {path}\n",
        f"diff --git a/{path} b/readme.txt\ncopy from {path}\ncopy to readme.txt\n",
        f"--- a/{path}\n+++ /dev/null\n",
    ):
        with pytest.raises(ForbiddenPath) as caught:
            patched(answer, **{"readme.txt": "r\n", ".env": "KEY=1\n"})
        assert path in str(caught.value)
        assert caught.value.code == "forbidden_path"


def test_guarded_paths_may_be_allowed():
    tree = DraftTree({})
    patches = parse_patch("--- /dev/null\n+++ b/files/.github/Workflows/x.yml\n@@ -0,0 +1 @@\n+on: push\n")
    with pytest.raises(ForbiddenPath, match="may only be changed where"):
        apply_patch(tree, patches)
    assert len(apply_patch(tree, patches, allows=[".github/workflows/"]).files) == 1


def test_quoted_names_are_read_and_written():
    path = 'files/söme "file".md'.replace('"', "'")
    result = patched("--- \"a/files/s\\303\\266me 'file'.md\"\t2024\n+++ /dev/null\n", **{path[6:]: "x\n"})
    assert texts(result) == {path: None}
    assert f"--- a/{path}\t\n" in result.patch


def test_line_ends_at_the_end_of_a_file():
    end = "\\ No newline at end of file\n"
    head = "--- a/files/x\n+++ b/files/x\n"
    assert texts(patched(head + f"@@ -1 +1 @@\n-a\n{end}+a\n", x="a")) == {"files/x": "a\n"}
    assert texts(patched(head + f"@@ -1 +1 @@\n-a\n+a\n{end}", x="a\n")) == {"files/x": "a"}
    assert texts(patched(head + "@@ -1,2 +1,2 @@\n a\n-b\n+c\n", x="a\nb")) == {"files/x": "a\nc"}


def test_two_thousand_hunks_take_few_comparisons():
    lines = [f"line {number} {number * 7919 % 1000}" for number in range(20_000)]
    hunks = [
        f"@@ ... @@\n {lines[at - 1]}\n-{lines[at]}\n+changed {at}\n {lines[at + 1]}\n" for at in range(5, 20_000, 10)
    ]
    result = patched("--- a/files/x\n+++ b/files/x\n" + "".join(hunks), x="\n".join(lines) + "\n")
    assert (result.files[0].added, result.files[0].removed) == (2_000, 2_000)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("--- a/files/x\n+++ b/files/x\n" + "@@ ... @@\n" + " a\n" * 5_000 + "-b\n+c\n", id="equal lines"),
        pytest.param("--- a/files/x\n+++ b/files/x\n" + "@@ ... @@\n a\n-a\n+c\n" * 19_000, id="hunks everywhere"),
        pytest.param("--- a/files/x\n+++ b/files/x\n" + "@@ @@\n-c\n" + "\n" * 500_000, id="empty lines"),
        pytest.param("--- " * 500_000, id="one line"),
        pytest.param("--- \n" * 500_000 + "+++ x\n", id="headers"),
        pytest.param("diff --git a/x b/x\n" * 5_000, id="sections"),
        pytest.param("x" * (MAX_PATCH + 1), id="too long"),
        pytest.param(
            "".join(f"diff --git a/files/x b/files/{n}\ncopy from files/x\ncopy to files/{n}\n" for n in range(900)),
            id="copies",
        ),
    ],
)
def test_hostile_patches_end(answer):
    with suppress(TreeError):
        assert not apply_patch(DraftTree({"files/x": "a\n" * 40_000}), parse_patch(answer)).files
    split_answer(answer)
