"""Somebody at one site, who does by REST and by the engine's routes what its pages offer."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from tests.network.site import Site


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any

    @property
    def code(self) -> str:
        """The problem's code; empty where there is no problem."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) and self.status >= 400 else ""


class RefusedError(AssertionError):
    """A site refused what a test counted on."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(f"{what}: {answer.status} {answer.body}")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account and a token at a site."""

    site: Site
    id: str
    username: str
    token: str

    def request(self, method: str, path: str, body: Any = None) -> Answer:
        """One request, on a connection of its own. Raises `OSError` and `HTTPException` where the site is gone."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.node.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            sent = None if body is None else json.dumps(body)
            connection.request(method, f"/api/{path}", body=sent, headers=headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        is_json = "json" in (response.getheader("content-type") or "")
        return Answer(response.status, json.loads(content) if content and is_json else content)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """What a request is answered with. Raises `RefusedError`."""
        answer = self.request(method, f"v1/{path}", body)
        if answer.status >= 400:
            raise RefusedError(f"{self.site.name}: {method} {path}", answer)
        return answer.body

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self.send("POST", path, body or {})

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """The status and code of a refusal."""
        answer = self.request(method, f"v1/{path}", body)
        assert answer.status >= 400, answer
        return answer.status, answer.code

    def call(self, project: str, route: str, **body: Any) -> Any:
        """Use one of the engine's routes."""
        answer = self.request("POST", f"rpc/{project}/{route}", body)
        if answer.status >= 400:
            raise RefusedError(f"{self.site.name}: {route}", answer)
        return answer.body

    def make_project(self, name: str = "Network") -> str:
        """A private project; its id."""
        made: str = self.post("projects/", {"name": name})["id"]
        return made

    def add_member(self, project: str, other: Person, role: str = "editor") -> None:
        self.post(f"projects/{project}/members/", {"username": other.username, "role": role})

    def create_table(self, project: str, table: str, **facts: Any) -> None:
        self.post(f"projects/{project}/registers/tables/", {"table": table, **facts})

    def create(self, project: str, table: str, **values: Any) -> str:
        """A new record; its id."""
        path = f"projects/{project}/registers/tables/{table}/records/"
        record: str = self.post(path, {"values": values})["records"][0]
        return record

    def set(self, project: str, record: str, table: str, **values: Any) -> None:
        self.send("PATCH", f"projects/{project}/registers/records/{record}/", {"table": table, "values": values})

    def records(self, project: str, table: str) -> dict[str, Mapping[str, Any]]:
        """What the records of a table show, by their ids."""
        answer = self.request("GET", f"rpc/{project}/records/list?table={table}&limit=10000")
        if answer.status == 404:
            return {}
        if answer.status >= 400:
            raise RefusedError(f"{self.site.name}: records/list", answer)
        return {each["entity_id"]: each["fields"] for each in answer.body["records"]}

    def titles(self, project: str, table: str = "requirements") -> list[str]:
        """The titles that the records of a table show, sorted."""
        return sorted(str(each["title"]) for each in self.records(project, table).values())

    def state(self, project: str) -> Mapping[str, Any]:
        """What this site has of the registers: `clock`, `state_hash`, `open_conflicts`."""
        found: Mapping[str, Any] = self.get(f"projects/{project}/registers/state/")
        return found

    def conflicts(self, project: str) -> list[dict[str, Any]]:
        """What waits for a decision here."""
        answer = self.request("GET", f"rpc/{project}/conflicts/list")
        if answer.status >= 400:
            raise RefusedError(f"{self.site.name}: conflicts/list", answer)
        found: list[dict[str, Any]] = answer.body["conflicts"]
        return found
