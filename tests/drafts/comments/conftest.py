"""A discussion of the project's prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from drafts.comments.models import Comment
from drafts.comments.services import create_comment
from projects.models import Project

PROMPT = "# Role\nYou answer from the protocol.\n\n# Dosing\nNever more than 5 mg.\n"

Say = Callable[..., Comment]


@pytest.fixture
def say(project: Project, reviewer: User, caller_for: Callable[..., Caller]) -> Say:
    """Comment on the prompt as the reviewer; `lines` is a range, whose quote is checked where one is given."""

    def say(text: str = "Says who?", lines: tuple[int, int] | None = None, quote: str = "", **facts: Any) -> Comment:
        anchor = {"from_line": lines[0], "to_line": lines[1], "quote": quote} if lines else None
        asked = {"caller": caller_for(reviewer), "version": 1, "target_field": "prompt_text", **facts}
        return create_comment(project_id=project.id, text=text, anchor=anchor, **asked)

    return say
