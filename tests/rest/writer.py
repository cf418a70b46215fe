"""An IDE at work: a client with a session of its own in one project."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from projects.models import Project
from tests.rest.client import Answer, Api, members


class Writer(Api):
    """A client with a session of its own in one project."""

    def __init__(self, user: User, project: Project) -> None:
        super().__init__(user)
        self.base = f"projects/{project.id}/"
        self.session = members(self.post(f"{self.base}sessions/"))["session_id"]

    def do(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Answer:
        return self.post(self.base + path, {"session_id": self.session, **(body or {})}, **headers)

    def read(self, path: str, **headers: str) -> Answer:
        return self.get(self.base + path, **headers)

    def take(self, field: str) -> int:
        answer = self.do("locks/", {"field": field})
        assert answer.status_code == 201, answer.content
        return int(members(answer)["token"])

    def save(self, changes: dict[str, Any], *, base: int = 0, **more: Any) -> Answer:
        tokens = {field: self.take(field) for field in changes}
        return self.do("drafts/", {"base_version": base, "changes": changes, "tokens": tokens, **more})
