"""Rows of the permission matrix: passages."""

from __future__ import annotations

from typing import Final

from tests.matrix import OPEN, OTHER, WRITERS, Row

EDITORS = (WRITERS, OPEN)
HERE = "passages/"
LINES = {"record": OTHER, "field": "prompt_text", "version": 9_999, "from_line": 1, "to_line": 1}
REST: Final = (
    Row("api_passages", "GET", HERE, 200),
    Row("api_passages", "POST", HERE, "validation_failed", *EDITORS, LINES),
    Row("api_passage_link", "DELETE", HERE + f"links/{OTHER}/", "not_found", *EDITORS),
)
PAGES: Final = (
    Row("automation:passages", "GET", HERE, 200),
    Row("automation:passages", "POST", HERE, 400, *EDITORS, {key: str(value) for key, value in LINES.items()}),
    Row("automation:passage_choices", "GET", HERE + "records/?q=R", 200),
    Row("automation:confirm_passage", "POST", HERE + f"{OTHER}/confirm/", "not_found", *EDITORS),
    Row("automation:unlink_passage", "POST", HERE + f"{OTHER}/unlink/", "not_found", *EDITORS),
)
SHORTCUTS: Final = ("link-lines",)
BUDGETED_PAGES: Final = {
    "automation:passages": "…passages/",
    "automation:passage_choices": "…passages/records/",
}
# They need a link.
NO_PAGES: Final = ("automation:confirm_passage", "automation:unlink_passage")
