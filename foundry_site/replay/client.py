"""A small client of Foundry's REST API with one persistent connection, which retries requests if that is safe."""

from __future__ import annotations

import http.client
import json
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

TIMEOUT_SECONDS = 30
TRIES = 20
MAX_WAIT_SECONDS = 15.0
RETRIED = (429, 503)


class ApiError(Exception):
    """The server refused the request or cannot be reached; the text is one line."""


class Client:
    """Talks to ``url`` with a personal access token. Use as a context manager."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ApiError(f"{url} is not an address like http://localhost:8000/.")
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT_SECONDS)
        self._prefix = parts.path.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def get(self, path: str) -> Any:
        """GET ``path`` below ``/api/v1/``."""
        return self._answer("GET", path, None, {})

    def post(self, path: str, body: dict[str, object]) -> Any:
        """Write. All tries have the same ``client_ref``, so that a write whose answer was lost is not repeated."""
        return self._answer("POST", path, json.dumps(body).encode(), {"Idempotency-Key": str(uuid4())})

    def _answer(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Any:
        reason = "no answer"
        for tried in range(TRIES):
            wait = min(0.1 * 2**tried, MAX_WAIT_SECONDS)
            try:
                status, answer_headers, content = self._send(method, path, body, headers)
            except (OSError, http.client.HTTPException) as error:
                self._connection.close()
                reason = str(error) or type(error).__name__
            else:
                if status not in RETRIED:
                    return _read(status, content, f"{method} {path}")
                reason = f"status {status}"
                wait = min(float(answer_headers.get("Retry-After") or wait), MAX_WAIT_SECONDS)
            if tried + 1 < TRIES:
                time.sleep(wait)
        raise ApiError(f"{method} {path}: gave up after {TRIES} tries ({reason}).")

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        kind = {"Content-Type": "application/json"} if body is not None else {}
        self._connection.request(method, f"{self._prefix}/api/v1/{path}", body, {**self._headers, **kind, **headers})
        response = self._connection.getresponse()
        return response.status, response.headers, response.read()


def _read(status: int, content: bytes, what: str) -> Any:
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise ApiError(f"{what}: status {status}, and no JSON. Is this Foundry's address?") from error
    if not http.client.OK <= status < http.client.MULTIPLE_CHOICES:
        detail = answer.get("detail") if isinstance(answer, dict) else None
        raise ApiError(f"{what}: status {status}, {detail or 'no reason given'}")
    return answer
