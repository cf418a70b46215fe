"""f11: a node dies in the middle of an upload, and the other goes on; a node's memory does not grow with a file."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import random
import socket

from blake3 import blake3

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.fault_cluster import FaultCluster, Person
from tests.faults.rest import make_project, rest
from tests.patience import PATIENCE

MIB = 1024 * 1024
PIECE = 4 * MIB
# What a node may need for a file of any size, beyond what it needs anyway: a few pieces on their way.
ROOM = 64 * MIB


def tus(
    node: NodeProcess, person: Person, method: str, path: str, data: bytes = b"", **headers: str
) -> tuple[int, dict[str, str]]:
    """One request of an upload: its status and headers."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if data:
        named["Content-Type"] = "application/offset+octet-stream"
    try:
        connection.request(
            method, path, data, {"Authorization": f"Bearer {person.token}", "Tus-Resumable": "1.0.0", **named}
        )
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


async def begin(node: NodeProcess, person: Person, project_id: str, size: int) -> str:
    path = f"/api/v1/projects/{project_id}/uploads/"
    status, headers = await asyncio.to_thread(tus, node, person, "POST", path, Upload_Length=str(size))
    assert status == 201, status
    return headers["location"]


async def append(node: NodeProcess, person: Person, location: str, data: bytes, offset: int) -> int:
    piece = data[offset : offset + PIECE]
    status, _ = await asyncio.to_thread(tus, node, person, "PATCH", location, piece, Upload_Offset=str(offset))
    return status


async def attach(node: NodeProcess, person: Person, project_id: str, location: str) -> dict[str, str]:
    subject = {"type": "project", "id": project_id}
    asked = {"upload": location.rstrip("/").rpartition("/")[2], "subject": subject, "name": "data.bin"}
    answer = await rest(node, person, "POST", f"projects/{project_id}/attachments/", asked)
    assert answer.status == 201, answer
    body: dict[str, str] = answer.body
    return body


async def test_an_upload_goes_on_at_another_node_where_the_dead_one_left_off(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, *_ = cluster.people
    data = random.Random(37).randbytes(20 * MIB)
    project_id = await make_project(nodes[0], mara)
    location = await begin(nodes[0], mara, project_id, len(data))
    for offset in (0, PIECE):
        assert await append(nodes[0], mara, location, data, offset) == 204
    nodes[0].kill()

    status, headers = await asyncio.to_thread(tus, nodes[1], mara, "HEAD", location)

    assert (status, headers["upload-offset"]) == (200, str(8 * MIB))
    assert await append(nodes[1], mara, location, data, 0) == 409
    for offset in range(8 * MIB, len(data), PIECE):
        assert await append(nodes[1], mara, location, data, offset) == 204
    attached = await attach(nodes[1], mara, project_id, location)
    assert (attached["sha256"], attached["blake3"]) == (hashlib.sha256(data).hexdigest(), blake3(data).hexdigest())
    await asyncio.to_thread(nodes[0].start)
    cluster.verify()


async def test_of_two_pieces_at_once_one_is_stored_and_one_refused(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, *_ = cluster.people
    data = bytes(3 * PIECE)
    project_id = await make_project(nodes[0], mara)
    location = await begin(nodes[0], mara, project_id, len(data))
    for offset in range(0, len(data), PIECE):
        answers = await asyncio.gather(*(append(node, mara, location, data, offset) for node in nodes))
        assert sorted(answers) == [204, 409]
    await attach(nodes[1], mara, project_id, location)


async def test_a_node_needs_no_more_memory_for_a_large_file_and_a_reader_who_waits(
    cluster: FaultCluster, nodes: tuple[NodeProcess, NodeProcess]
) -> None:
    mara, *_ = cluster.people
    project_id = await make_project(nodes[0], mara)
    # Every thread of the node has had its pieces then.
    await _send_and_read(nodes[0], mara, project_id, 96 * MIB)
    before = _memory(nodes[0])

    most = await _send_and_read(nodes[0], mara, project_id, 192 * MIB)

    assert most - before < ROOM


async def _send_and_read(node: NodeProcess, person: Person, project_id: str, size: int) -> int:
    """Upload a file, read it after a pause; the most memory that the node had meanwhile, in bytes."""
    data = bytes(size)
    location = await begin(node, person, project_id, size)
    for offset in range(0, size, PIECE):
        assert await append(node, person, location, data, offset) == 204
    attached = await attach(node, person, project_id, location)
    seen = [_memory(node)]
    reader = await asyncio.to_thread(_ask_and_wait, node, person, attached["id"])
    # It answers others while the reader waits.
    assert (await rest(node, person, "GET", f"projects/{project_id}/attachments/")).status == 200
    seen.append(_memory(node))
    read = await asyncio.to_thread(_read_on, reader)
    assert hashlib.sha256(read).hexdigest() == attached["sha256"]
    return max(*seen, _memory(node))


def _memory(node: NodeProcess) -> int:
    """The resident memory of the node, in bytes."""
    return int(node.process.memory_info().rss)


def _ask_and_wait(node: NodeProcess, person: Person, attachment: str) -> socket.socket:
    """Ask for a file, and read its first bytes only."""
    connection = socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE)
    head = f"GET /api/v1/attachments/{attachment}/content/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    connection.sendall(f"{head}Authorization: Bearer {person.token}\r\n\r\n".encode())
    connection.recv(1, socket.MSG_PEEK)
    return connection


def _read_on(connection: socket.socket) -> bytes:
    with connection:
        answer = b"".join(iter(lambda: connection.recv(MIB), b""))
    return answer.partition(b"\r\n\r\n")[2]
