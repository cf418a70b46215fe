"""A body over 8 MiB is refused by a real node as soon as it is known to be one, and the answer arrives."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from foundry_site.launcher.nodes import NodeProcess, running
from tests.patience import PATIENCE

LIMIT = 8 * 1024 * 1024
ADDRESS = "/api/v1/auth/tokens/"


@pytest.fixture(scope="module")
def node(process_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeProcess]:
    node = NodeProcess(process_environment, tmp_path_factory.mktemp("large") / "node.log")
    with running(node):
        yield node


def say(node: NodeProcess, *head: str) -> socket.socket:
    """Send the head of a POST."""
    connection = socket.create_connection(("127.0.0.1", node.port), timeout=PATIENCE)
    lines = (f"POST {ADDRESS} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *head)
    connection.sendall("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    return connection


def hear(connection: socket.socket) -> bytes:
    """Everything until the node hangs up."""
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def refused(answer: bytes) -> bool:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 413 "), answer
    assert b"application/problem+json" in head
    problem = json.loads(body)
    return (problem["status"], problem["code"], problem["limit"]) == (413, "payload_too_large", LIMIT)


@pytest.mark.parametrize("expect", [(), ("Expect: 100-continue",)])
def test_what_says_that_it_is_too_large_is_refused_before_it_comes(node: NodeProcess, expect: tuple[str, ...]) -> None:
    assert refused(hear(say(node, f"Content-Length: {LIMIT + 1}", *expect)))


def test_what_does_not_say_so_is_refused_as_soon_as_it_is(node: NodeProcess) -> None:
    connection = say(node, "Transfer-Encoding: chunked")
    for _ in range(9):
        connection.sendall(b"100000\r\n" + b"x" * 1024**2 + b"\r\n")
    assert refused(hear(connection))


def test_a_client_that_sends_it_all_the_same_hears_the_answer(node: NodeProcess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
    connection.request("POST", ADDRESS, b"x" * 3 * LIMIT, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (413, "payload_too_large")


def test_the_limit_itself_is_taken(node: NodeProcess) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
    connection.request("POST", ADDRESS, b"x" * LIMIT, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 400
