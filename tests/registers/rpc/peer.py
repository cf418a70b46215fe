"""Somebody who uses a project by the engine's routes, as its bot harness would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from projects.models import Project
from tests.cast import new_project, new_user
from tests.rest.client import Api, members, problem


@dataclass
class Peer:
    """One person at one site."""

    api: Api
    project: Project

    def call(self, route: str, **body: Any) -> Any:
        answer = self.api.post(f"/api/rpc/{self.project.id}/{route}", body)
        assert answer.status_code == 200, answer.content
        return members(answer)

    def get(self, route: str) -> Any:
        answer = self.api.get(f"/api/rpc/{self.project.id}/{route}")
        assert answer.status_code == 200, answer.content
        return members(answer)

    def refused(self, route: str, body: Any = None, *, method: str = "POST") -> Any:
        answer = self.api.request(method, f"/api/rpc/{self.project.id}/{route}", body)
        problem(answer)
        return members(answer)

    def create_table(self, name: str, fields: Sequence[tuple[str, str]], **facts: Any) -> Any:
        listed = [{"name": each, "type": kind} for each, kind in fields]
        return self.call("tables/create", name=name, fields=listed, **facts)

    def create_record(self, table: str, **fields: Any) -> str:
        entity: str = self.call("records/create", table=table, fields=fields)["entity_id"]
        return entity

    def list_records(self, table: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.get(f"records/list?table={table}")["records"]
        return found

    def update(self, entity: str, table: str, **fields: Any) -> Any:
        return self.call("records/update", entity_id=entity, table=table, fields=fields)

    def fields(self, entity: str, table: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.get(f"records/{entity}")["tables"][table]
        return found


@pytest.fixture
def peers(db: None) -> tuple[Peer, Peer]:
    """Olga and Ed, both of whom write, in one project."""
    olga, ed = new_user("olga"), new_user("ed")
    project = new_project(olga, members={"editor": ed})
    return Peer(Api(olga), project), Peer(Api(ed), project)
