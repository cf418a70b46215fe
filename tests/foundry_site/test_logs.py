"""The log says who asked for what, as text or as JSON, and tells no secrets."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psycopg
import pytest
from websockets.sync.client import connect

from accounts.models import User
from foundry_site.launcher.nodes import NodeProcess, running
from foundry_site.observability.access_log import LoggedRequests
from foundry_site.observability.logs import JsonFormatter, TextFormatter, circumstances, note
from projects.models import Project
from tests.patience import PATIENCE

MADE = re.compile(r"[0-9a-f]{32}")


def record(message: str = "words", **facts: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "gateway", "levelname": "INFO", "msg": message, **facts})


def test_a_line_of_json_has_its_circumstances() -> None:
    with circumstances(request_id="12345678"):
        note(user_id="u")
        line = json.loads(JsonFormatter().format(record("ä\n%s", args=("b",), facts={"status": 200})))
    assert line.keys() == {"time", "level", "logger", "message", "node", "request_id", "user_id", "status"}
    assert (line["message"], line["logger"], line["user_id"]) == ("ä\nb", "gateway", "u")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["time"])
    note(user_id="nobody's")
    assert "user_id" not in json.loads(JsonFormatter().format(record()))


def test_a_line_of_text_ends_with_them() -> None:
    with circumstances(request_id="12345678"):
        assert TextFormatter().format(record()).endswith(" INFO gateway: words [request_id=12345678]")
    assert TextFormatter().format(record()).endswith(" INFO gateway: words")


@pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
def test_what_a_database_quotes_of_a_row_is_left_out(formatter: logging.Formatter) -> None:
    complaint = "violates a check\nDETAIL:  Failing row contains (the whole\n\nprompt).\n"
    try:
        raise psycopg.errors.CheckViolation(complaint)
    except psycopg.Error as error:
        line = formatter.format(record(exc_info=(type(error), error, error.__traceback__)))
    assert "violates a check" in line
    assert "prompt" not in line


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (b"trace-1234.5_6", True),
        (b"short", False),
        (b"x" * 129, False),
        (b"a b c d e f", False),
        (b"12345678\n", False),
    ],
)
async def test_a_well_formed_request_id_is_taken_over(given: bytes, taken: bool) -> None:
    said: list[Any] = []

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 204})

    async def send(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"x-request-id", given)]}
    await LoggedRequests(application)(scope, None, send)  # type: ignore[arg-type]
    ((name, value),) = said[0]["headers"]
    assert name == b"x-request-id"
    assert (value == given) is taken
    assert taken or MADE.fullmatch(value.decode())


@pytest.fixture
def node(committed_db: None, process_environment: dict[str, str], tmp_path: Path) -> Iterator[NodeProcess]:
    node = NodeProcess({**process_environment, "FOUNDRY_LOG_FORMAT": "json"}, tmp_path / "node.log")
    with running(node):
        yield node


def ask(node: NodeProcess, path: str, **headers: str) -> str:
    """Ask for a path; the request id of the answer."""
    connection = HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return str(answer.headers["X-Request-ID"])


def lines(node: NodeProcess) -> list[dict[str, Any]]:
    return [json.loads(line) for line in node.output.splitlines() if line.startswith("{")]


def test_a_node_names_requests_and_tells_no_secrets(
    node: NodeProcess, project: Project, owner: User, caller_for
) -> None:
    from accounts.services import create_token

    _, token = create_token(caller=caller_for(owner), name="log")
    path, proof = f"/api/v1/projects/{project.id}/", {"Authorization": f"Bearer {token}"}
    made = ask(node, f"{path}?secret=hidden", **proof)
    assert MADE.fullmatch(made)
    assert ask(node, path, **{"X-Request-ID": "asked-for-1"}) == "asked-for-1"
    ask(node, "/healthz")
    with connect(f"ws://127.0.0.1:{node.port}/ws/projects/{project.id}/", additional_headers=proof, proxy=None) as ws:
        session = json.loads(ws.recv())["params"]["session_id"]
    node.stop()
    seen = {line["request_id"]: line for line in lines(node) if line["logger"] == "foundry.requests"}
    first, second = seen[made], seen["asked-for-1"]
    assert (first["status"], first["method"], first["path"]) == (200, "GET", f"/api/v1/projects/{project.id}/")
    assert (first["project_id"], first["user_id"]) == (str(project.id), str(owner.id))
    assert first["duration_ms"] > 0
    assert (second["status"], "user_id" in second) == (401, False)
    assert len(seen) == 2
    (socket,) = (line for line in lines(node) if line["logger"] == "foundry.sockets")
    assert (socket["session_id"], socket["user_id"], socket["code"]) == (session, str(owner.id), 1000)
    assert token not in node.output
    assert "hidden" not in node.output
