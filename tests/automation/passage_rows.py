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
