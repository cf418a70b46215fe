"""f10: what is typed and not saved outlives the node that took it, and its lock, and stays its writer's alone."""

from __future__ import annotations

import asyncio

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import Client, until
from tests.faults.fault_cluster import FaultCluster
from tests.faults.load import Attempt, leave_all
from tests.faults.rest import kept_text, make_project, rest

FIELD = "prompt_text"


async def test_a_text_kept_by_a_node_that_dies_is_offered_by_the_other_one(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    writer, other = Client(mara, project_id), Client(daniel, project_id)
    await writer.open(nodes[0])
    await other.open(nodes[1])
    lock = await writer.call("lock.acquire", field=FIELD)
    put = {"field": FIELD, "token": lock["token"]}
    for revision in (1, 2, 3):
        await writer.call("working_copy.put", **put, revision=revision, content=f"typed {revision}")
    nodes[0].kill()
    try:
        await until(lambda: other.takes(FIELD), "the field is free")
        taken = await other.call("lock.acquire", field=FIELD)
        await other.call("draft.save", **Attempt(FIELD, "the next holder's", taken["token"], 0).parameters())
        (kept,) = (await rest(nodes[1], mara, "GET", f"projects/{project_id}/working-copies/")).body["results"]
        assert (kept["field"], kept["revision"]) == (FIELD, 3)
        assert await kept_text(nodes[1], mara, project_id, kept["id"]) == "typed 3"
        theirs = await rest(nodes[1], daniel, "GET", f"projects/{project_id}/working-copies/")
        assert theirs.body["results"] == []
    finally:
        await asyncio.to_thread(nodes[0].start)
    await leave_all([other])
