"""REST as a program without a socket speaks it."""

from __future__ import annotations

import asyncio
import http.client
import json
from dataclasses import dataclass
from typing import Any

from foundry_site.launcher.nodes import NodeProcess
from tests.faults.client import LostError, RefusedError
from tests.faults.fault_cluster import Person
from tests.patience import PATIENCE


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The problem's code; empty where there is no problem."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) and self.status >= 400 else ""


async def rest(node: NodeProcess, person: Person, method: str, path: str, body: Any = None) -> Answer:
    """One request, on a connection of its own. Raises `OSError` and `HTTPException` where the node is gone."""
    return await asyncio.to_thread(_request, node, person, method, path, body)


def _request(node: NodeProcess, person: Person, method: str, path: str, body: Any) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    try:
        connection.request(method, f"/api/v1/{path}", body=None if body is None else json.dumps(body), headers=headers)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, json.loads(content) if content else None)


async def make_project(node: NodeProcess, owner: Person, *editors: Person) -> str:
    """A private project; its id."""
    made = await rest(node, owner, "POST", "projects/", {"name": "Fault"})
    assert made.status == 201, made
    project_id: str = made.body["id"]
    for editor in editors:
        added = await rest(
            node, owner, "POST", f"projects/{project_id}/members/", {"username": editor.username, "role": "editor"}
        )
        assert added.status == 201, added
    return project_id


async def kept_text(node: NodeProcess, person: Person, project_id: str, working_copy: str | None) -> str:
    """What the server keeps of a refused text."""
    assert working_copy is not None
    found = await rest(node, person, "GET", f"projects/{project_id}/working-copies/{working_copy}/")
    assert found.status == 200, found
    text: str = found.body["content"]
    return text


class RestClient:
    """Takes the same commands as a socket's client, and sends them as requests of one session without a socket."""

    ADDRESSES = ("lock.acquire", "locks/"), ("lock.release", "locks/release/"), ("lock.renew", "locks/renew/")

    def __init__(self, node: NodeProcess, person: Person, project_id: str) -> None:
        self.person = person
        self.is_open = True
        self._node = node
        self._project = f"projects/{project_id}/"
        self._addresses = {**dict(self.ADDRESSES), "draft.save": "drafts/"}
        self._session_id: str | None = None

    async def open_at_any(self, nodes: Any) -> None:
        """There is nothing to open."""

    async def call(self, method: str, **params: Any) -> Any:
        """Ask, and wait for the answer. Raises `RefusedError`, `LostError`."""
        if self._session_id is None:
            self._session_id = (await self._post("sessions/", {}))["session_id"]
        return await self._post(self._addresses[method], {**params, "session_id": self._session_id})

    async def _post(self, path: str, body: dict[str, Any]) -> Any:
        try:
            answer = await rest(self._node, self.person, "POST", self._project + path, body)
        except (OSError, http.client.HTTPException) as error:
            raise LostError(repr(error)) from None
        if answer.status == 503:
            assert int(answer.headers["retry-after"]) > 0
        if answer.status >= 400:
            raise RefusedError({"code": answer.status, "message": answer.code, "data": answer.body})
        return answer.body
