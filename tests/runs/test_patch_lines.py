"""The patch on the card of a run: which lines are heads, ranges, added and removed."""

from __future__ import annotations

from stages.runs.pages.patch_lines import lines_of

PATCH = """\
diff --git a/prompt.md b/prompt.md
--- a/prompt.md
+++ b/prompt.md
@@ -1,3 +1,3 @@ Introduction
 stays
--- was a list
+++ is a list

@@ -9 +9 @@
-old
\\ No newline at end of file
+new
\\ No newline at end of file
--- a/second.md
+++ b/second.md
@@ -0,0 +1 @@
+first
"""


def test_the_lines_of_a_range_are_counted_so_that_none_is_taken_for_a_head() -> None:
    assert [line.kind for line in lines_of(PATCH)] == [
        *("head", "head", "head", "range", "", "removed", "added", ""),
        *("range", "removed", "", "added", ""),
        *("head", "head", "range", "added"),
    ]


def test_no_line_is_changed() -> None:
    assert "".join(f"{line.text}\n" for line in lines_of(PATCH)) == PATCH
