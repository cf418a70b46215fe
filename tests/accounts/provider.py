"""An OpenID Connect provider for tests: a small HTTP server on this machine that knows one person."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt


class Provider(ThreadingHTTPServer):
    """Says of everybody who comes that they are the person of `claims`. Their browser never gets here: tests are it."""

    def __init__(self, claims: dict[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.claims = {"sub": "subject-1", **claims}
        self.challenge = ""
        # What the signed token says otherwise than the answer about the person; None for a claim that it lacks.
        self.signed: dict[str, Any] = {}

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def let_in(self, address: str) -> dict[str, str]:
        """What the provider sends the browser back with, to whom it has let in at this address."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.issuer}/authorize?")
        assert asked["code_challenge_method"] == "S256"
        self.challenge = asked["code_challenge"]
        return {"code": "one-time", "state": asked["state"]}


class _Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        issuer = self.server.issuer
        pages: dict[str, dict[str, Any]] = {
            "/.well-known/openid-configuration": {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "jwks_uri": f"{issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/userinfo": self.server.claims,
        }
        self._answer(200, pages[self.path])

    def do_POST(self) -> None:
        """Exchange the code; only with the secret whose digest came with the question (PKCE, RFC 7636)."""
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(body["code_verifier"][0].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != self.server.challenge:
            self._answer(400, {"error": "invalid_grant"})
            return
        here = {"iss": self.server.issuer, "aud": "foundry", "exp": 4_000_000_000, "iat": 0}
        claims = {**here, **self.server.claims, **self.server.signed}
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, "a key that is not looked at, TLS proves the provider", algorithm="HS256")
        self._answer(200, {"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class’s)
        """Tests are quiet."""


@contextmanager
def provider_of(claims: dict[str, Any]) -> Iterator[Provider]:
    """The provider, for as long as the block runs."""
    server = Provider(claims)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
