"""Rows of the permission matrix: pads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from kernel.crdt.edits import Edit
from projects.models import Project
from stages.pads.models import Pad
from stages.pads.services import create_pad, edit_pad, restore_pad, update_pad
from tests.matrix import NOT_ARCHIVED, OPEN, OTHER, REVIEWERS, SESSION, WRITERS, Row

NAME = "Exclusion criteria"
PAD = "/api/v1/pads/{pad}/"
EDITORS = (WRITERS, NOT_ARCHIVED)
PAGE = "pads/{pad}/"
EDITS: Any = {"session_id": SESSION, "revision": 1, "edits": [{"pos": 0, "delete": 0, "insert": "Ask: "}]}
PROPOSED: Any = {"revision": 0, "field": "prompt_text", "base_version": 1}
PROMOTED: Any = {**PROPOSED, "session_id": SESSION, "token": 1}
TAKEN_BACK = {"user_id": OTHER, "after": 0, "until": 1}
REST = (
    Row("api_pads", "GET", "pads/", 200),
    Row("api_pads", "POST", "pads/", 201, *EDITORS, {"name": "Thoughts"}),
    Row("api_pad", "GET", PAD, 200),
    Row("api_pad", "PATCH", PAD, 200, *EDITORS, {"name": "More thoughts"}),
    Row("api_pad_close", "POST", PAD + "close/", 200, *EDITORS),
    Row("api_pad_reopen", "POST", PAD + "reopen/", 200, *EDITORS),
    Row("api_pad_revision", "GET", PAD + "revisions/1/", 200),
    Row("api_pad_changes", "GET", PAD + "changes/", 200),
    Row("api_pad_timeline", "GET", PAD + "timeline/", 200),
    Row("api_pad_log", "GET", PAD + "log/", 200),
    Row("api_pad_edits", "POST", PAD + "edits/", 200, *EDITORS, EDITS),
    # The field's lock is not held.
    Row("api_pad_promote", "POST", PAD + "promote/", "lock_not_held", WRITERS, OPEN, PROMOTED),
    Row("api_pad_propose", "POST", PAD + "propose/", 201, REVIEWERS, NOT_ARCHIVED, PROPOSED),
    Row("api_pad_restore", "POST", PAD + "restore/", 200, *EDITORS, {"revision": 0}),
    # Nobody wrote anything since.
    Row("api_pad_take_back", "POST", PAD + "take-back/", "conflict", *EDITORS, TAKEN_BACK),
)
HISTORY = "pads/{pad}/history/"
NEW = {"name": "Thoughts", "language": "auto", "target_field": "", "start": "empty"}
CHANGED = {"name": "More thoughts", "language": "markdown", "target_field": ""}
FORM = {"revision": "0"}
PAGES = (
    Row("pads:list", "GET", "pads/", 200),
    Row("pads:new", "GET", "pads/new/", 200, *EDITORS),
    Row("pads:new", "POST", "pads/new/", 302, *EDITORS, NEW),
    Row("pads:pad", "GET", PAGE, 200),
    Row("pads:change", "GET", PAGE + "change/", 200, *EDITORS),
    Row("pads:change", "POST", PAGE + "change/", 302, *EDITORS, CHANGED),
    Row("pads:close", "POST", PAGE + "close/", 302, *EDITORS),
    Row("pads:reopen", "POST", PAGE + "reopen/", 302, *EDITORS),
    Row("pads:promote", "GET", PAGE + "promote/", 200, REVIEWERS, NOT_ARCHIVED),
    # No session is named.
    Row("pads:promote", "POST", PAGE + "promote/", 400, REVIEWERS, NOT_ARCHIVED, FORM),
    Row("pads:propose", "POST", PAGE + "propose/", 302, REVIEWERS, NOT_ARCHIVED, FORM),
    Row("pads:ask", "POST", PAGE + "ask/", 400, REVIEWERS, NOT_ARCHIVED, FORM),
    Row("pads:history", "GET", HISTORY, 200),
    Row("pads:history_hash", "GET", HISTORY + "hash/?at=1", 200),
    Row("pads:restore", "GET", HISTORY + "restore/?revision=1", 200, *EDITORS),
    Row("pads:restore", "POST", HISTORY + "restore/", 302, *EDITORS, {"revision": "0"}),
    Row("pads:take_back", "GET", HISTORY + "take-back/", 200, *EDITORS),
    # Nobody wrote anything since.
    Row("pads:take_back", "POST", HISTORY + "take-back/", 400, *EDITORS, {"user": OTHER, "after": "0", "until": "1"}),
    Row("pads:written", "GET", "pads/{pad}/written/?revision=1&position=0", 200),
)
SHORTCUTS = (
    *("pad-authors", "pad-stop-before", "pad-stop-after", "pad-revision-before", "pad-revision-after", "pad-play"),
)
BUDGETED_PAGES = {
    "pads:list": "…pads/",
    "pads:new": "…pads/new/",
}
# They need a pad; those that read have their budgets in `test_pages.py`, `test_promoting.py`, `test_history_pages.py`.
NO_PAGES = (
    *("pads:pad", "pads:change", "pads:close", "pads:reopen", "pads:promote", "pads:propose", "pads:ask"),
    *("pads:history", "pads:history_hash", "pads:restore", "pads:take_back", "pads:written"),
)


def furnish(project: Project, caller: Caller) -> None:
    """A pad that began with the prompt."""
    create_pad(caller=caller, project_id=project.id, name=NAME, target_field="prompt_text", start="field")


def things_in(project: Project) -> dict[str, UUID]:
    """The id of that pad."""
    pad = Pad.objects.filter(project=project, name=NAME).first()
    return {"pad": pad.id} if pad is not None else {}


def _creating(world: Any) -> Any:
    return lambda caller: create_pad(caller=caller, project_id=world.id, name="Thoughts")


def _renaming(world: Any) -> Any:
    pad = create_pad(caller=world.owner, project_id=world.id, name="Thoughts")
    return lambda caller: update_pad(caller=caller, pad_id=pad.id, name="More thoughts")


def _restoring(world: Any) -> Any:
    pad = create_pad(caller=world.owner, project_id=world.id, name="Thoughts")
    writer = replace(world.other.caller, session_id=world.other.session)
    edit_pad(caller=writer, pad_id=pad.id, revision=0, edits=(Edit(0, 0, "x"),))
    return lambda caller: restore_pad(caller=caller, pad_id=pad.id, revision=0)


REPEATS = (("pad.create", _creating), ("pad.manage", _renaming), ("pad.write", _restoring))
