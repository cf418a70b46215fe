"""Rows of the permission matrix: notes."""

from __future__ import annotations

from typing import Any

from tests.matrix import NOT_ARCHIVED, REVIEWERS, Row, SiteRow
from tests.sample_stage.services import add_note

NOTE = {"text": "Ask the clinic"}
REST = (Row("api_notes", "POST", "notes/", 201, REVIEWERS, NOT_ARCHIVED, NOTE),)
PAGES = (
    Row("sample_stage:notes", "GET", "notes/", 200),
    Row("sample_stage:notes", "POST", "notes/", 302, REVIEWERS, NOT_ARCHIVED, NOTE),
)
SITE_PAGES = (SiteRow("sample_stage:count", "GET", "/notes/", 200, may=("auditor",)),)
BUDGETED_PAGES = {"sample_stage:notes": "…notes/"}
NO_PAGES = ("sample_stage:count",)
SHORTCUTS = ("note",)


def _noting(world: Any) -> Any:
    return lambda caller: add_note(caller=caller, project_id=world.id, text="Ask the clinic")


REPEATS = (("note.add", _noting),)
