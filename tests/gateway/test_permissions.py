"""The permission matrix over the WebSocket (control c10): every command × every persona × every project status."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import Scope, User
from accounts.services import create_token
from foundry_site.stages import installed_stages
from gateway.registry import COMMANDS
from projects.models import Project
from tests.gateway.client import Client, RefusedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.matrix import ALWAYS, EVERYBODY, OPEN, OTHER, OWNERS, PROMPT, WRITERS, Row

pytestmark = pytest.mark.usefixtures("node")

FREE = {"field": "files/{place}.md"}
OF_THE_TRUNK = (
    Row("lock.acquire", "ok", WRITERS, OPEN, FREE),
    Row("lock.renew", "ok", params={"fields": [PROMPT]}),
    Row("lock.release", "lock_not_held", params={"field": PROMPT}),
    Row("lock.request", "conflict", WRITERS, OPEN, FREE),
    Row("lock.withdraw_request", "ok", params={"field": PROMPT}),
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
    Row("files.change", "validation_failed", WRITERS, OPEN, {"base_version": 0, "changes": {"files/gone.md": None}}),
    Row("working_copy.put", "lock_not_held", params={"field": PROMPT, "token": 1, "revision": 1, "content": "x"}),
    Row(
        "proposal.stage",
        "not_found",
        params={"proposal_id": OTHER, "target": PROMPT, "base_version": 0, "revision": 0, "value": "x"},
    ),
    Row("text.change", "lock_not_held", params={"field": PROMPT, "token": 1, "revision": 1, "changes": []}),
    Row("text.get", "not_found", params={"field": PROMPT}),
    Row("cursor.move", "ok", params={"field": PROMPT, "anchor": 0, "head": 0}),
    Row("events.since", "ok", params={"after": 0}),
    Row("ping", "ok"),
    Row("topic.follow", "not_found", params={"topic": "nothing.of.that.kind"}),
    Row("topic.leave", "ok", params={"topic": "nothing.of.that.kind"}),
)


def rows_of_stages() -> Iterator[Row]:
    """Each installed stage that has commands gives their rows as `ROWS` of `gateway_rows` beside its tests."""
    for stage in installed_stages():
        if find_spec(f"tests.{stage.label}.gateway_rows"):
            yield from import_module(f"tests.{stage.label}.gateway_rows").ROWS


MATRIX = (*OF_THE_TRUNK, *rows_of_stages())


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


async def test_a_read_only_token_follows_a_project_and_sends_nothing_that_writes(
    project: Project, owner: User, caller_for: Callable[..., Caller]
) -> None:
    made = await in_thread(create_token, caller=caller_for(owner), name="dashboard", scope=Scope.READ)
    told, expected = {}, {}
    async with Client(project.id, made[1]) as socket:
        for row in MATRIX:
            params = {
                name: value.format(place=f"reader-{row.method}") if isinstance(value, str) else value
                for name, value in row.params.items()
            }
            told[row.method] = await outcome(socket, row.method, params)
            reads = COMMANDS[row.method].only_reads
            expected[row.method] = row.expected("owner", "open") if reads else "permission_denied"
    assert told == expected
    assert {name for name, command in COMMANDS.items() if command.only_reads} >= {"text.get", "events.since", "ping"}
