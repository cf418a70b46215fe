"""A node that is asked to go finishes what it was asked before, and takes nothing more."""

from __future__ import annotations

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import msgspec
import psycopg
import pytest

from accounts.models import User
from accounts.services import create_token
from foundry_site.launcher.nodes import NodeProcess, running
from projects.models import Project
from tests.patience import PATIENCE


def rename(node: NodeProcess, project: Project, token: str) -> int:
    connection = HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    body = msgspec.json.encode({"name": "Renamed in time"})
    connection.request("PATCH", f"/api/v1/projects/{project.id}/", body, headers)
    return connection.getresponse().status


def waits_for(connection: psycopg.Connection[tuple[object]], count: int) -> None:
    """Until so many transactions of this database wait for a lock."""
    deadline = time.monotonic() + PATIENCE
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while connection.execute(query).fetchone() != (count,):
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.02)


def test_a_write_that_is_under_way_is_finished(
    committed_db: None, process_environment: dict[str, str], tmp_path: Path, project: Project, owner: User, caller_for
) -> None:
    _, token = create_token(caller=caller_for(owner), name="shutdown")
    node = NodeProcess(process_environment, tmp_path / "node.log")
    with (
        running(node),
        psycopg.connect(process_environment["DATABASE_URL"]) as holder,
        psycopg.connect(process_environment["DATABASE_URL"], autocommit=True) as watcher,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("SELECT 1 FROM projects_project WHERE id = %s FOR NO KEY UPDATE", [project.id])
        answer = pool.submit(rename, node, project, token)
        waits_for(watcher, 1)
        process = node.process
        process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE)
        holder.rollback()
        assert answer.result(PATIENCE) == 200
        process.wait(PATIENCE)
    project.refresh_from_db()
    assert project.name == "Renamed in time"
