"""A client of the REST API for tests."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import create_token

# Django's test client makes its answers' class while it runs.
Answer = Any


class Api:
    """Speaks JSON under ``/api/v1/`` as one user, or as nobody; mistakes of the server raise."""

    def __init__(self, user: User | None = None, token: str | None = None) -> None:
        if user is not None:
            token = create_token(caller=foundry_caller("command"), name="test", user_id=user.id)[1]
        self.token = token
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = Client(headers=self.headers)

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Send ``body`` as JSON; bytes and strings go out as they are."""
        address = path if path.startswith("/") else f"/api/v1/{path}"
        if not isinstance(body, str | bytes):
            body = b"" if body is None else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer: Answer = self._client.generic(
            method, address, body, content_type="application/json" if body else "", headers=named
        )
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Answer:
        return self.request("DELETE", path, **headers)


def problem(answer: Answer) -> tuple[int, str]:
    """Status and code of a problem, having checked that it is one."""
    assert answer["Content-Type"] == "application/problem+json", answer.content[:500]
    body = json.loads(answer.content)
    assert {"type", "title", "status", "detail", "code"} <= body.keys()
    assert body["status"] == answer.status_code
    return answer.status_code, body["code"]


def members(answer: Answer) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.content)
