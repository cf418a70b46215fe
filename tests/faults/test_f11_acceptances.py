"""f11: proposals are accepted on two nodes at once. One version comes of it, and everybody else is told why not."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.fault_cluster import FaultCluster, Person
from tests.faults.rest import Answer, make_project, rest

TOGETHER = 8
Nodes = tuple[NodeProcess, NodeProcess]


async def opened(node: NodeProcess, author: Person, project_id: str, text: str) -> str:
    """A proposal in review, made from the empty project; its id."""
    body: dict[str, Any] = {"title": "At once", "base_version": 0, "changes": {"prompt_text": text}}
    made = await rest(node, author, "POST", f"projects/{project_id}/proposals/", body)
    assert made.status == 201, made
    submitted = await rest(node, author, "POST", f"proposals/{made.body['id']}/submit/", {})
    assert submitted.status == 200, submitted
    proposal_id: str = made.body["id"]
    return proposal_id


async def accepted_at_once(nodes: Nodes, person: Person, proposals: list[str]) -> Counter[str]:
    """How often each answer came, the proposals taking turns between the nodes."""
    answers: list[Answer] = await asyncio.gather(
        *(
            rest(nodes[number % 2], person, "POST", f"proposals/{each}/accept/", {"round": 1})
            for number, each in enumerate(proposals)
        )
    )
    return Counter(answer.code or str(answer.status) for answer in answers)


async def versions_of(node: NodeProcess, person: Person, project_id: str) -> list[int]:
    found = await rest(node, person, "GET", f"projects/{project_id}/drafts/")
    return [each["version_number"] for each in found.body["results"]]


async def test_one_proposal_is_accepted_once(cluster: FaultCluster, nodes: Nodes) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    proposal = await opened(nodes[0], daniel, project_id, "proposed")
    found = await accepted_at_once(nodes, mara, [proposal] * TOGETHER)
    assert found == {"201": 1, "conflict": TOGETHER - 1}
    assert await versions_of(nodes[1], mara, project_id) == [1]
    cluster.verify()


async def test_of_several_proposals_on_one_base_one_is_accepted(cluster: FaultCluster, nodes: Nodes) -> None:
    mara, daniel, *_ = cluster.people
    project_id = await make_project(nodes[0], mara, daniel)
    proposals = [await opened(nodes[0], daniel, project_id, f"proposed {number}") for number in range(TOGETHER)]
    found = await accepted_at_once(nodes, mara, proposals)
    assert found == {"201": 1, "drifted": TOGETHER - 1}
    assert await versions_of(nodes[1], mara, project_id) == [1]
    cluster.verify()
