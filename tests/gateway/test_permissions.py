"""The permission matrix over the WebSocket (control c10): every command × every persona × every project status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import User
from gateway.registry import COMMANDS
from projects.models import Project
from tests.gateway.client import RefusedError
from tests.gateway.conftest import SocketOf, in_thread

pytestmark = pytest.mark.usefixtures("node")

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


FREE = {"field": "files/{place}.md"}
MATRIX = (
    Row("lock.acquire", "ok", WRITERS, OPEN, FREE),
    Row("lock.renew", "ok", params={"fields": [PROMPT]}),
    Row("lock.release", "lock_not_held", params={"field": PROMPT}),
    Row("lock.request", "conflict", WRITERS, OPEN, FREE),
    Row("lock.keep", "lock_not_held", params={"field": PROMPT, "to": OTHER}),
    Row("lock.hand_over", "lock_not_held", WRITERS, OPEN, {"field": PROMPT, "to": OTHER}),
    Row("lock.take_over", "ok", OWNERS, OPEN, {**FREE, "reason": "Urgent"}),
    Row(
        "draft.save",
        "lock_not_held",
        WRITERS,
        OPEN,
        {"base_version": 0, "changes": {PROMPT: "x"}, "tokens": {PROMPT: 1}},
    ),
    Row("working_copy.put", "lock_not_held", params={"field": PROMPT, "token": 1, "revision": 1, "content": "x"}),
    Row("text.change", "lock_not_held", params={"field": PROMPT, "token": 1, "revision": 1, "changes": []}),
    Row("text.get", "not_found", params={"field": PROMPT}),
    Row("cursor.move", "ok", params={"field": PROMPT, "anchor": 0, "head": 0}),
    Row("events.since", "ok", params={"after": 0}),
    Row("ping", "ok"),
)


@pytest.mark.parametrize("persona", EVERYBODY)
async def test_c10_over_the_socket_everybody_may_just_what_the_table_says(
    persona: str, request: pytest.FixtureRequest, socket_of: SocketOf, project: Project
) -> None:
    user: User = request.getfixturevalue(persona)
    told, expected = {}, {}
    for status in ALWAYS:
        await in_thread(Project.objects.filter(pk=project.id).update, status=status)
        async with socket_of(user) as socket:
            for row in MATRIX:
                place = f"{persona}-{status}-{row.method}"
                params = {
                    name: value.format(place=place) if isinstance(value, str) else value
                    for name, value in row.params.items()
                }
                told[status, row.method] = await outcome(socket, row.method, params)
                expected[status, row.method] = row.expected(persona, status)
    assert told == expected


async def outcome(socket: Any, method: str, params: Mapping[str, Any]) -> str:
    try:
        await socket.call(method, **params)
    except RefusedError as refused:
        return str(refused.problem["code"])
    return "ok"


def test_c10_every_command_stands_in_the_matrix() -> None:
    assert {row.method for row in MATRIX} == set(COMMANDS)
