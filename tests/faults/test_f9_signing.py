"""f9: a node dies while somebody signs, or two sign at once at two nodes. A signature is there once, and wholly."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import sys
import zipfile
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import pytest

from foundry_site.launcher.nodes import MANAGE, NodeProcess
from publishing.bundle.verifier.main import verify
from publishing.bundle.verifier.reading import Bundle
from tests.faults.client import until
from tests.faults.fault_cluster import FaultCluster, Person
from tests.faults.rest import Answer, make_project, rest
from tests.faults.signers import PASSWORD
from tests.patience import PATIENCE

ROLES = {"authored": "editor", "reviewed": "reviewer", "approved": "owner"}
# What of the last signature, which releases, was done when the node dies, and where the next step begins.
DEATHS = {
    "proven, nothing written": "publishing.services.signing.project_write",
    "signed, not released": "publishing.services.signing._release",
    "released, no checkpoint": "publishing.services.signing.append_checkpoint",
    "checkpoint without its event": "audit.checkpoints.services.record",
    "committed, nobody told": "realtime.publish",
}


class Review:
    """A release in review at some node, and the three people whose signatures its policy asks for."""

    def __init__(self, cluster: FaultCluster, people: dict[str, Person]) -> None:
        self.cluster = cluster
        self.people = people
        self.project = self.release = ""

    async def submit(self, node: NodeProcess) -> None:
        owner, editor, reviewer = (self.people[role] for role in ("owner", "editor", "reviewer"))
        self.project = await make_project(node, owner, editor)
        added = {"username": reviewer.username, "role": "reviewer"}
        assert (await rest(node, owner, "POST", f"projects/{self.project}/members/", added)).status == 201
        here = f"projects/{self.project}/"
        session = (await rest(node, editor, "POST", f"{here}sessions/", {})).body["session_id"]
        field = {"field": "prompt_text", "session_id": session}
        token = (await rest(node, editor, "POST", f"{here}locks/", field)).body["token"]
        saved = {"changes": {"prompt_text": "Be exact."}, "tokens": {"prompt_text": token}, "base_version": 0}
        assert (await rest(node, editor, "POST", f"{here}drafts/", {**saved, "session_id": session})).status == 201
        submitted = await rest(node, editor, "POST", f"{here}releases/", {"name": "1.0.0", "version": 1})
        assert submitted.status == 201, submitted
        self.release = submitted.body["id"]

    async def sign(self, node: NodeProcess, meaning: str, reference: str) -> Answer:
        """Sign by whoever may. Raises `OSError` or `HTTPException` where the node dies."""
        return await asyncio.to_thread(self._sign, node, meaning, reference)

    def _sign(self, node: NodeProcess, meaning: str, reference: str) -> Answer:
        person = self.people[ROLES[meaning]]
        body = {"meaning": meaning, "username": person.username, "password": PASSWORD}
        headers = {
            "Authorization": f"Bearer {person.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": reference,
        }
        connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
        try:
            connection.request("POST", f"/api/v1/releases/{self.release}/signatures/", json.dumps(body), headers)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), json.loads(response.read()))
        finally:
            connection.close()

    async def check(self, node: NodeProcess) -> None:
        """Three signatures, one end, one checkpoint that saw it; the verifiers agree, of chain and of bundle."""
        found = (await rest(node, self.people["owner"], "GET", f"releases/{self.release}/")).body
        assert found["state"] == "released", found
        assert sorted(each["meaning"] for each in found["signatures"]) == sorted(ROLES)
        assert self._count("release.signed") == 3
        assert self._count("release.released") == self._count("project.frozen") == 1
        self.cluster.verify()
        said = await asyncio.to_thread(self._verified_bundle, node)
        assert any("saw them up to event" in line for line in said)

    def _count(self, action: str) -> int:
        query = "SELECT count(*) FROM audit_event WHERE chain = %s AND action = %s"
        with self.cluster.database() as connection:
            (number,) = connection.execute(query, [self.project, action]).fetchone() or (0,)
        return int(number)

    def _verified_bundle(self, node: NodeProcess) -> list[str]:
        owner = self.people["owner"]
        asked = Request(
            f"{node.url}/api/v1/releases/{self.release}/bundle/", headers={"Authorization": f"Bearer {owner.token}"}
        )
        with urlopen(asked, timeout=PATIENCE) as answer:
            archive = zipfile.ZipFile(io.BytesIO(answer.read()))

        def opener(name: str) -> Callable[[], Any]:
            return lambda: archive.open(name)

        return verify(Bundle({name: opener(name) for name in archive.namelist()}))


@pytest.fixture(scope="module")
def people(cluster: FaultCluster) -> dict[str, Person]:
    """Three who sign, by their roles."""
    made = json.loads(cluster.run(sys.executable, "-m", "tests.faults.signers", "owner", "editor", "reviewer"))
    return {person["username"].partition("-")[0]: Person(**person) for person in made}


@pytest.fixture
def review(cluster: FaultCluster, people: dict[str, Person]) -> Review:
    return Review(cluster, people)


@pytest.mark.parametrize("how_far", DEATHS)
async def test_a_node_that_dies_while_the_last_signature_is_given_leaves_it_whole_or_not_there(
    review: Review,
    nodes: tuple[NodeProcess, NodeProcess],
    third_node: Callable[..., NodeProcess],
    how_far: str,
) -> None:
    dying, living = third_node(f"dies={DEATHS[how_far]}"), nodes[0]
    await review.submit(living)
    for meaning in ("authored", "reviewed"):
        assert (await review.sign(living, meaning, str(uuid4()))).status == 201
    reference = str(uuid4())

    with pytest.raises((OSError, http.client.HTTPException)):
        await review.sign(dying, "approved", reference)
    await until(lambda: not dying.is_running, "the node is dead")
    again = await review.sign(living, "approved", reference)

    assert again.status == (200 if how_far.startswith("committed") else 201), again
    await review.check(living)


async def test_signatures_given_at_once_at_two_nodes_and_each_sent_twice_are_there_once(
    review: Review, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    await review.submit(nodes[0])
    references = {meaning: str(uuid4()) for meaning in ROLES}

    answers = await asyncio.gather(
        *(review.sign(node, meaning, reference) for meaning, reference in references.items() for node in nodes)
    )

    assert sorted(answer.status for answer in answers) == [200, 200, 200, 201, 201, 201], answers
    await review.check(nodes[1])


async def test_the_site_s_key_is_replaced_while_two_nodes_sign(
    cluster: FaultCluster, review: Review, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    await review.submit(nodes[0])
    assert (await review.sign(nodes[0], "authored", str(uuid4()))).status == 201
    cluster.run(*MANAGE, "new_site_key", "--reason", "Tried")

    assert (await review.sign(nodes[1], "reviewed", str(uuid4()))).status == 201
    assert (await review.sign(nodes[0], "approved", str(uuid4()))).status == 201
    await review.check(nodes[1])
