"""f4: a holder, or the holder's node, is stopped past the lock's time, and goes on as if nothing had happened."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from dataclasses import asdict

import pytest

from foundry_site.environment import BASE_DIR
from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, RefusedError, converge, until
from tests.faults.fault_cluster import FaultCluster
from tests.faults.load import Attempt, leave_all
from tests.faults.rest import kept_text, make_project
from tests.patience import PATIENCE

FIELD = "prompt_text"


async def takes_over_and_saves(client: Client) -> None:
    """The next holder: gets the field when the other's time is over, and saves."""
    await until(lambda: client.takes(FIELD), "the field is free")
    lock = await client.call("lock.acquire", field=FIELD)
    await client.call("draft.save", **Attempt(FIELD, "the new holder's", lock["token"], 0).parameters())


async def test_a_save_that_waited_in_a_paused_node_is_refused(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    holder, other = Client(mara, project_id), Client(daniel, project_id)
    await holder.open(nodes[0])
    await other.open(nodes[1])
    lock = await holder.call("lock.acquire", field=FIELD)
    nodes[0].pause()
    late = Attempt(FIELD, "the paused holder's", lock["token"], 0)
    answer = asyncio.create_task(holder.call("draft.save", **late.parameters()))
    try:
        await takes_over_and_saves(other)
        assert not answer.done()
    finally:
        nodes[0].resume()
    with pytest.raises(RefusedError) as refused:
        await answer
    assert refused.value.code == "stale_token"
    kept = await kept_text(nodes[0], mara, project_id, refused.value.problem["working_copy"])
    assert kept == "the paused holder's"
    assert [each.text for each in cluster.saved_texts(project_id)] == ["the new holder's"]
    await converge([holder, other], nodes[0])
    await leave_all([holder, other])


async def test_a_paused_client_is_refused_when_it_wakes_up(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    other = Client(daniel, project_id)
    await other.open(nodes[1])
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.holder"), cwd=BASE_DIR, stdin=pipe, stdout=pipe
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        order = {"port": nodes[0].port, "person": asdict(mara), "project_id": project_id, "field": FIELD}
        holder.stdin.write(json.dumps(order | {"text": "the paused holder's"}).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            assert await holder.stdout.readline() == b"holding\n"
        # It renews, so it holds the field past its first time.
        assert not await other.takes(FIELD)
        os.kill(holder.pid, signal.SIGSTOP)
        await takes_over_and_saves(other)
        holder.stdin.write(b"save\n")
        os.kill(holder.pid, signal.SIGCONT)
        async with asyncio.timeout(PATIENCE):
            told = json.loads(await holder.stdout.readline())
            await holder.wait()
    finally:
        if holder.returncode is None:
            holder.kill()
            await holder.wait()
    assert told["refused"] == "stale_token"
    assert await kept_text(nodes[0], mara, project_id, told["working_copy"]) == "the paused holder's"
    assert [each.text for each in cluster.saved_texts(project_id)] == ["the new holder's"]
    await other.leave()
