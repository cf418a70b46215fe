"""Whatever looks like a patch is applied or refused, and breaks nothing."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from stages.runs.trees.answers import split_answer
from stages.runs.trees.errors import TreeError
from stages.runs.trees.patch_parsing import parse_patch
from stages.runs.trees.patches import apply_patch
from stages.runs.trees.tree import DraftTree

NAMES = [
    "a/files/d", "b/files/d", "/dev/null", '"a/files/\\303\\274"', "files/n", "a/.env", "x y\t1", "", "prompt_text",
]  # fmt: skip
STARTS = [
    "--- ", "+++ ", "rename from ", "rename to ", "copy from ", "copy to ", "diff --git a/files/d ", "diff --git ",
]  # fmt: skip
LINES = [
    "@@ -1,2 +1,2 @@", "@@ -0,0 +1 @@", "@@ ... @@", "@@", " x", "-x", "+y", " y", "", "\\ No newline at end of file",
    "new file mode 100644", "new file mode 100755", "deleted file mode 100644", "old mode 100644", "index 1..2",
    "-- ", "\r", " x\r", "similarity index 100%", "words", "```",
]  # fmt: skip
patch_lines = st.one_of(st.sampled_from(LINES), st.builds(str.__add__, st.sampled_from(STARTS), st.sampled_from(NAMES)))


@given(st.lists(patch_lines, max_size=14), st.booleans())
def test_whatever_looks_like_a_patch_is_applied_or_refused(lines, strict):
    text = "\n".join(lines)
    split_answer(text)
    tree = DraftTree({"prompt_text": "x\ny\n", "files/d": "x\nx\ny"})
    with suppress(TreeError):
        result = apply_patch(tree, parse_patch(text, strict=strict))
        assert bool(result.patch) == bool(result.files)
        assert not any(".env" in file.path for file in result.files)
