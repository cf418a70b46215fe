"""Nothing is written through a socket while the project is closed (controls c09 and c10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from projects.models import Project
from tests.gateway.client import RefusedError
from tests.gateway.conftest import SocketOf, in_thread

pytestmark = pytest.mark.usefixtures("node")

OTHER = "01890000-0000-7000-8000-000000000000"
PROMPT = "prompt_text"
# Every command that takes a field or writes a version, as the one who may do it in an open project.
WRITES: dict[str, dict[str, Any]] = {
    "lock.acquire": {"field": PROMPT},
    "lock.request": {"field": PROMPT},
    "lock.hand_over": {"field": PROMPT, "to": OTHER},
    "lock.take_over": {"field": PROMPT, "reason": "Urgent"},
    "draft.save": {"base_version": 0, "changes": {PROMPT: "x"}, "tokens": {PROMPT: 1}},
}
# What needs a lock that nobody can hold then.
HELD: dict[str, dict[str, Any]] = {
    "lock.release": {"field": PROMPT},
    "working_copy.put": {"field": PROMPT, "token": 1, "revision": 1, "content": "x"},
    "text.change": {"field": PROMPT, "token": 1, "revision": 1, "changes": []},
}


@pytest.fixture
def closed(project: Project) -> Callable[[str], object]:
    async def close(status: str) -> None:
        await in_thread(lambda: Project.objects.filter(pk=project.pk).update(status=status))

    return close


@pytest.mark.parametrize("status", ["in_review", "frozen", "archived"])
async def test_c09_c10_no_command_writes_into_a_closed_project(
    socket_of: SocketOf, owner: User, closed: Callable[[str], Any], status: str
) -> None:
    async with socket_of(owner) as socket:
        await closed(status)
        told = {method: await refusal(socket, method, params) for method, params in {**WRITES, **HELD}.items()}
    assert {method: told[method] for method in WRITES} == dict.fromkeys(WRITES, "project_frozen")
    assert {told[method] for method in HELD} <= {"lock_not_held", "stale_token", "project_frozen"}


@pytest.mark.parametrize("status", ["in_review", "frozen", "archived"])
async def test_a_closed_project_is_read_all_the_same(
    socket_of: SocketOf, viewer: User, closed: Callable[[str], Any], status: str
) -> None:
    await closed(status)
    async with socket_of(viewer) as socket:
        assert socket.snapshot["project"]["status"] == status
        assert "events" in await socket.call("events.since", after=0)


async def refusal(socket: Any, method: str, params: dict[str, Any]) -> str:
    with pytest.raises(RefusedError) as refused:
        await socket.call(method, **params)
    return str(refused.value.problem["code"])
