"""A project with requirements and risks, used over REST as its people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from projects.models import Project
from tests.cast import new_project, new_user
from tests.rest.client import Api, members, problem

OPTIONS = [{"id": "open", "title": "Open"}, {"id": "done", "title": "Done"}]
REQUIREMENTS = {
    "table": "requirements",
    "key_prefix": "REQ",
    "columns": [
        {"name": "title", "traced": True},
        {"name": "prio", "type": "integer"},
        {"name": "due", "type": "date"},
        {"name": "status", "type": "enum", "options": OPTIONS},
        {"name": "body", "crdt": True},
        {"name": "code", "unique": True},
    ],
}
RISKS = {"table": "risks", "columns": [{"name": "title"}, {"name": "prio", "type": "integer"}]}


@dataclass
class Person:
    """Somebody who uses the registers of a project over REST."""

    api: Api
    project: Project
    answers: list[Any] = field(default_factory=list)

    def path(self, path: str) -> str:
        return f"projects/{self.project.id}/registers/{path}"

    def get(self, path: str) -> Any:
        answer = self.api.get(self.path(path))
        assert answer.status_code == 200, answer.content
        return members(answer)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The members of an answer that is no refusal."""
        answer = self.api.request(method, self.path(path), body, **headers)
        assert answer.status_code in (200, 201), answer.content
        return members(answer)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """The status and code of a refusal."""
        return problem(self.api.request(method, self.path(path), body))

    def problem(self, method: str, path: str, body: Any = None) -> Any:
        """All that a refusal says."""
        answer = self.api.request(method, self.path(path), body)
        problem(answer)
        return members(answer)

    def create(self, table: str = "requirements", **values: Any) -> str:
        record: str = self.post(f"tables/{table}/records/", {"values": values})["records"][0]
        return record

    def values(self, record: str, table: str = "requirements") -> dict[str, Any]:
        fields = self.get(f"records/{record}/")["tables"][table]
        return {name: each["value"] for name, each in fields.items()}

    def tips(self, record: str, name: str, table: str = "requirements") -> list[str]:
        found = self.get(f"records/{record}/")["tables"][table].get(name)
        return [tip["op_id"] for tip in found["tips"]] if found else []

    def set(self, record: str, values: dict[str, Any], table: str = "requirements", **more: Any) -> Any:
        return self.send("PATCH", f"records/{record}/", {"table": table, "values": values, **more})

    def link(self, source: str, target: str, **more: Any) -> str:
        edge: str = self.post("edges/", {"source": source, "target": target, **more})["edge"]
        return edge


@pytest.fixture
def people(db: None) -> dict[str, Person]:
    """Olga owns the project, Ed edits, Vic watches."""
    olga, ed, vic = (new_user(name) for name in ("olga", "ed", "vic"))
    project = new_project(olga, members={"editor": ed, "viewer": vic})
    return {name: Person(Api(user), project) for name, user in (("olga", olga), ("ed", ed), ("vic", vic))}


@pytest.fixture
def ed(people: dict[str, Person]) -> Person:
    """Ed, once the tables are there."""
    ed = people["ed"]
    for table in (REQUIREMENTS, RISKS):
        ed.post("tables/", table)
    return ed
