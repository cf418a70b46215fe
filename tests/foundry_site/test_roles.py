"""The two roles of a node, as processes: what each answers, and how a write through one reaches the other's sockets."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from accounts.models import User
from accounts.services import create_token
from foundry_site.launcher.nodes import NodeProcess, running
from projects.models import Project
from tests.patience import PATIENCE

PROBES = ("/healthz", "/readyz")


@pytest.fixture
def nodes(
    committed_db: None, process_environment: dict[str, str], tmp_path: Path
) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    master, worker = (
        NodeProcess({**process_environment, "FOUNDRY_ROLE": role}, tmp_path / f"{role}.log")
        for role in ("master", "worker")
    )
    with running(master, worker):
        yield master, worker


def status(node: NodeProcess, path: str, token: str = "", **how: Any) -> int:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"} if token else {}
    try:
        request = urllib.request.Request(f"{node.url}{path}", headers=headers, **how)
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def socket(node: NodeProcess, project: Project, token: str) -> ClientConnection:
    address = f"ws://127.0.0.1:{node.port}/ws/projects/{project.id}/"
    return connect(address, additional_headers={"Authorization": f"Bearer {token}"}, max_size=None)


def test_a_master_serves_people_and_a_worker_their_sockets(
    nodes: tuple[NodeProcess, NodeProcess], project: Project, owner: User, caller_for: Any
) -> None:
    master, worker = nodes
    _, token = create_token(caller=caller_for(owner), name="roles")
    for probe in PROBES:
        assert (status(master, probe), status(worker, probe)) == (200, 200)
    # Asked without its token: what matters is that it is there.
    assert (status(master, "/metrics"), status(worker, "/metrics")) == (401, 401)
    address = f"/api/v1/projects/{project.id}/"
    assert (status(master, address, token), status(worker, address, token)) == (200, 404)
    assert status(worker, "/accounts/login/") == 404
    with pytest.raises(InvalidStatus) as refused:
        socket(master, project, token)
    assert refused.value.response.status_code == 403

    with socket(worker, project, token) as open_socket:
        assert json.loads(open_socket.recv(PATIENCE))["method"] == "snapshot"
        body = json.dumps({"name": "Through the master"}).encode()
        assert status(master, address, token, data=body, method="PATCH") == 200
        while (frame := json.loads(open_socket.recv(PATIENCE)))["method"] != "event":
            pass
        assert frame["params"]["name"] == "project.updated"


def test_a_role_can_be_given_to_one_node(process_environment: dict[str, str], tmp_path: Path) -> None:
    wrong = NodeProcess({**process_environment, "FOUNDRY_ROLE": "boss"}, tmp_path / "node.log")
    with pytest.raises(RuntimeError, match="FOUNDRY_ROLE takes all or master or worker, not 'boss'"):
        wrong.start()
