"""Acceptance cases of scripts and the sandbox, by their numbers.

The sandbox itself is attacked in `tests/automation/attacks`, each way alone and twenty at once; here the same texts are
run as a person runs them. Cases with proofs elsewhere:

| case | where |
|---|---|
| 21, 22, 23 | `attacks/attacks.py`: `loop: …`, `memory: …`, `loop: string.find`; `attacks/test_memory.py` |
| 24 | `attacks/test_attacks.py`: `test_nested_pcalls_work_up_to_their_limit` |
| 26 | `attacks/test_attacks.py`: `test_what_a_script_does_to_texts_ends_with_it` |
| 27 | `browser/test_executions.py`: `test_a_flood_of_lines_leaves_the_page_usable` |
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.test import Client as Browser

from accounts.models import User
from projects.models import Project
from proposals.models import Proposal
from stages.automation.executing.working import run_execution
from stages.automation.models import Execution
from stages.automation.reading.scripts import log_of
from tests.automation.executing.conftest import ScriptDesk, desk  # noqa: F401 (fixture)
from tests.gateway.client import Client
from tests.gateway.conftest import in_thread
from tests.rest.client import Api, members

STAGES = "core.create_entity('contacts', {name = 'Ada'})\n"
LOOP = "while true do end"
LOOPS = {
    "alone": LOOP,
    "in pcall": f"pcall(function() {LOOP} end)",
    "in __gc": f"do setmetatable({{}}, {{__gc = function() {LOOP} end}}) end for i = 1, 1e7 do local t = {{i}} end",
    "in __close": f"do local t <close> = setmetatable({{}}, {{__close = function() {LOOP} end}}) end",
    "in __tostring": f"tostring(setmetatable({{}}, {{__tostring = function() {LOOP} end}}))",
    "in a sort": f"table.sort({{1, 2, 3}}, function() {LOOP} end)",
}
MEMORY = {
    "rep": "local t = ('x'):rep(1e9)",
    "doubling": "local t = 'x' while true do t = t .. t end",
    "table": "local t = {} for i = 1, 1e9 do t[i] = i end",
}


@pytest.fixture
def _little_fuel(settings: Any) -> None:
    """Each attack ends within a moment, at the same limit."""
    settings.FOUNDRY_SCRIPT_FUEL = 500_000_000


def fails(desk: ScriptDesk, source: str, code: str) -> Execution:  # noqa: F811
    """Run it after something was staged: it fails so, and nothing is proposed."""
    execution = desk.run(STAGES + source)
    assert (execution.state, execution.code, execution.proposal_id) == ("failed", code, None)
    assert not Proposal.objects.filter(project=desk.project).exists()
    assert desk.rows() == []
    return execution


@pytest.mark.django_db
@pytest.mark.usefixtures("_little_fuel")
@pytest.mark.parametrize("where", LOOPS)
def test_case_21_a_loop_without_end(desk: ScriptDesk, where: str) -> None:  # noqa: F811
    fails(desk, LOOPS[where], "fuel")


@pytest.mark.django_db
@pytest.mark.parametrize("in_pcall", [False, True])
@pytest.mark.parametrize("what", MEMORY)
def test_case_22_memory(desk: ScriptDesk, what: str, *, in_pcall: bool) -> None:  # noqa: F811
    source = MEMORY[what]
    fails(desk, f"pcall(function() {source} end)" if in_pcall else source, "memory")


@pytest.mark.django_db
@pytest.mark.usefixtures("_little_fuel")
def test_case_23_a_loop_in_c(desk: ScriptDesk) -> None:  # noqa: F811
    began = time.monotonic()
    fails(desk, LOOP, "fuel")
    of_lua, began = time.monotonic() - began, time.monotonic()
    pattern = 'string.find(("a"):rep(50000) .. ".", (".-"):rep(12) .. "b")'
    fails(desk, pattern, "fuel")
    assert time.monotonic() - began < 10 * of_lua + 1


@pytest.mark.django_db
def test_case_24_depth(desk: ScriptDesk) -> None:  # noqa: F811
    nest = (
        "local function nest(n) if n == 0 then return 'bottom' end local _, found = pcall(nest, n - 1) return found end"
    )
    works = desk.run(f"{nest} print(nest(63))")
    assert [line["text"] for line in log_of(works).lines] == ["bottom"]
    fails(desk, f"{nest} print(nest(200))", "depth")


@pytest.mark.django_db
def test_case_26_the_methods_of_texts_are_each_execution_s_own(desk: ScriptDesk) -> None:  # noqa: F811
    desk.run("getmetatable('').__index = function() return 'mine' end")
    after = desk.run("print(('a').b, ('a'):upper())")
    assert [line["text"] for line in log_of(after).lines] == ["nil\tA"]


@pytest.mark.django_db
def test_case_27_a_flood_of_lines(desk: ScriptDesk, client: Browser) -> None:  # noqa: F811
    execution = fails(desk, "for i = 1, 100000 do print('line ' .. i) end", "calls")
    log = log_of(execution)
    assert log.is_cut
    assert sum(len(line["text"]) + 1 for line in log.lines) <= 64 << 10
    client.force_login(desk.owner.user)
    page = client.get(f"/projects/{desk.project.id}/automation/executions/{execution.id}/")
    assert page.status_code == 200
    assert len(page.content) < 300_000


@pytest.fixture
def committed_desk(committed_db: None, desk: ScriptDesk) -> ScriptDesk:  # noqa: F811
    return desk


@pytest.mark.usefixtures("node")
async def test_case_35_the_seed_s_socket_says_once_that_a_script_has_ended(
    committed_desk: ScriptDesk,
    project: Project,
    editor: User,
    tokens: dict[UUID, str],
) -> None:
    desk = committed_desk  # noqa: F811
    saved = await in_thread(partial(desk.save, STAGES, name="people"))
    await in_thread(desk.switch, saved)
    socket = Client(project.id, tokens[editor.id], path="/ws/rpc/{project}/")
    await socket.connect()
    assert await socket.frame() == {"type": "connected"}

    def run() -> Any:
        return Api(editor).post(f"/api/rpc/{project.id}/scripts/run", {"script": "people"})

    for _ in range(2):
        answer = await in_thread(run)
        execution_id = UUID(members(answer)["execution_id"])
        await in_thread(partial(run_execution, execution_id))
        execution = await in_thread(partial(Execution.objects.get, pk=execution_id))
        completed = {"type": "script_completed", "script": "people", "overlay_id": str(execution.proposal_id)}
        assert await socket.frame() == completed
    await socket.leave()
