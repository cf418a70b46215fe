"""Case 36: the console of a run is the same for everybody, on every node, live and late, as frames and as events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import create_token
from projects.services import remove_member
from stages.runs.models import LogKind, Run, RunLog, RunStatus
from stages.runs.services import append_log, claim_run, finish_run
from stages.runs.services.working import Claim
from tests.gateway.conftest import in_thread
from tests.gateway.nodes import Nodes, Server, call, receive
from tests.patience import PATIENCE
from tests.runs.world import World

LONG = "x" * 100_000
Lines = list[tuple[int, str]]


class Events:
    """What a client of server-sent events reads."""

    def __init__(self, response: httpx2.Response) -> None:
        self.lines: Lines = []
        self.ended = ""
        self.problem = ""
        self._rows = response.aiter_lines()

    async def read_until(self, number: int | None = None) -> None:
        """Read up to the line of a number, or to the end of the stream."""
        event: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE):
            async for row in self._rows:
                name, _colon, value = row.partition(": ")
                if row:
                    event[name] = value
                    continue
                self._take(event)
                event = {}
                if number is not None and self.lines and self.lines[-1][0] >= number:
                    return

    def _take(self, event: dict[str, str]) -> None:
        match event.get("event"):
            case "line":
                body = json.loads(event["data"])
                assert event["id"] == str(body["number"])
                self.lines.append((body["number"], body["text"]))
            case "end":
                self.ended = json.loads(event["data"])["status"]
            case "problem":
                self.problem = json.loads(event["data"])["code"]


@asynccontextmanager
async def watching(server: Server, token: str, run_id: object, **headers: str) -> AsyncIterator[Events]:
    address = f"http://127.0.0.1:{server.port}/api/v1/runs/{run_id}/log/"
    sent = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}", **headers}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=PATIENCE) as client,
        client.stream("GET", address, headers=sent) as response,
    ):
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        yield Events(response)


@pytest.fixture
async def two_nodes(
    committed_db: None, process_environment: dict[str, str], nodes: Nodes
) -> AsyncIterator[tuple[Server, Server]]:
    async with nodes.lent(process_environment) as first, nodes.lent(process_environment) as second:
        yield first, second


def token_of(user: User) -> str:
    return create_token(caller=foundry_caller("command"), name="test", user_id=user.id)[1]


def begin(world: World) -> Claim:
    (run,) = world.start(world.experiment(), world.profile())
    claim = claim_run(run_id=run.id)
    assert claim is not None
    return claim


def say(claim: Claim, *texts: str) -> int:
    return append_log(claim=claim, lines=[(LogKind.TEXT, text) for text in texts])


def lines_of(claim: Claim) -> Lines:
    return list(RunLog.objects.filter(run=claim.run_id).order_by("number").values_list("number", "text"))


async def watch_by_socket(server: Server, world: World, token: str, claim: Claim, last: int) -> Lines:
    lines: Lines = []
    async with server.connect(world.project, token) as connection:
        await receive(connection)
        await call(connection, "run.watch", run_id=str(claim.run_id), after=0)
        while not lines or lines[-1][0] < last:
            frame: Any = await receive(connection)
            if frame["method"] == "run.log":
                lines += [(line["number"], line["text"]) for line in frame["params"]["lines"]]
    return lines


async def test_case_36_late_watchers_and_those_who_come_back_get_the_same_lines_on_two_nodes(
    committed_world: World, two_nodes: tuple[Server, Server]
) -> None:
    world, (here, there) = committed_world, two_nodes
    claim = await in_thread(begin, world)
    token = await in_thread(token_of, world.people["vic"])
    await in_thread(say, claim, "first")
    async with AsyncExitStack() as open_streams:
        early = await open_streams.enter_async_context(watching(here, token, claim.run_id))
        await early.read_until(1)
        middle = await in_thread(say, claim, "second", LONG)
        late = await open_streams.enter_async_context(watching(there, token, claim.run_id))
        await late.read_until(middle)
        async with watching(there, token, claim.run_id) as first_part:
            await first_part.read_until(3)
        last_id = str(first_part.lines[-1][0])
        async with watching(here, token, claim.run_id, **{"Last-Event-ID": last_id}) as again:
            last = [await in_thread(say, claim, f"piece {number}") for number in range(20)][-1]
            by_socket = await watch_by_socket(there, world, token, claim, last)
            for each in (early, late, again):
                await each.read_until(last)
            await in_thread(finish_run, claim=claim, status=RunStatus.SUCCEEDED)
            for each in (early, late, again):
                await each.read_until()

    expected = await in_thread(lines_of, claim)
    assert len(expected) > 40
    assert early.lines == late.lines == by_socket == expected
    assert first_part.lines + again.lines == expected
    assert {early.ended, late.ended, again.ended} == {"SUCCEEDED"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        answer = await client.get(
            f"http://127.0.0.1:{here.port}/api/v1/runs/{claim.run_id}/log/",
            headers={
                "Accept": "text/event-stream",
                "Authorization": f"Bearer {token}",
                "Last-Event-ID": str(expected[-1][0]),
            },
        )
    assert answer.status_code == 204


async def test_a_stream_ends_with_the_access_of_who_watches(
    committed_world: World, two_nodes: tuple[Server, Server]
) -> None:
    world, (here, _there) = committed_world, two_nodes
    claim = await in_thread(begin, world)
    token = await in_thread(token_of, world.people["vic"])
    await in_thread(say, claim, "first")
    async with watching(here, token, claim.run_id) as stream:
        await stream.read_until(1)
        await in_thread(
            remove_member,
            caller=world.caller("olga"),
            project_id=world.project.id,
            user_id=world.people["vic"].id,
            reason="He left",
        )
        await stream.read_until()

    assert stream.ended == ""
    run = await in_thread(Run.objects.get, pk=claim.run_id)
    assert run.status == RunStatus.RUNNING
