"""A row of the permission matrix over the WebSocket; stages have rows of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EVERYBODY = ("owner", "editor", "reviewer", "viewer")
WRITERS = ("owner", "editor")
OWNERS = ("owner",)
ALWAYS = ("open", "in_review", "frozen", "archived")
OPEN = ("open",)
OTHER = "01890000-0000-7000-8000-000000000000"
PROMPT = "prompt_text"


@dataclass(frozen=True)
class Row:
    """One command. `answer` is what those are told who may: `ok`, or a refusal after every question of permission."""

    method: str
    answer: str
    may: tuple[str, ...] = EVERYBODY
    in_status: tuple[str, ...] = ALWAYS
    params: Mapping[str, Any] = field(default_factory=dict)

    def expected(self, persona: str, status: str) -> str:
        if persona not in self.may:
            return "permission_denied"
        return self.answer if status in self.in_status else "project_frozen"
