"""A server that speaks the sign-in of stations: RFC 8628, and the site's keys as a JWK set."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.station.site import Site


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class SignInServer:
    """Answers polls with what `answers` holds, one after the other; "token" gives the token."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.answers = ["token"]
        self.polls = 0
        self.machine: dict[str, str] = {}
        self.socket_address: str | None = None
        self.change: Callable[[dict[str, Any]], None] = lambda _: None
        self.address = ""

    def id_token(self) -> str:
        head = encoded(json.dumps({"alg": "EdDSA", "kid": self.site.key}).encode())
        claims = encoded(json.dumps({"sub": self.site.station, "aud": "foundry-station"}).encode())
        return f"{head}.{claims}.{encoded(self.site.private.sign(f'{head}.{claims}'.encode()))}"

    def get(self, path: str) -> tuple[int, dict[str, Any]]:
        assert path == "/.well-known/jwks.json"
        key = {"kty": "OKP", "crv": "Ed25519", "x": encoded(self.site.public), "kid": self.site.key}
        return 200, {"keys": [key]}

    def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path == "/api/v1/auth/device/":
            self.machine = body["machine"]
            page = f"{self.address}/device/"
            return 200, {
                "device_code": "d" * 43,
                "user_code": "WDJB-MJHT",
                "verification_uri": page,
                "verification_uri_complete": f"{page}?code=WDJB-MJHT",
                "expires_in": 900,
                "interval": 0,
                "site_key": self.site.key,
            }
        assert path == "/api/v1/auth/device/token/"
        assert body["device_code"] == "d" * 43
        self.polls += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer != "token":
            return 400, {"error": answer}
        found: dict[str, Any] = {
            "access_token": "fds_x",
            "token_type": "Bearer",
            "expires_in": 1000,
            "id_token": self.id_token(),
            "station": {"id": self.site.station, "name": "laptop"},
            "site": {"id": self.site.id, "name": "test", "key": self.site.key},
        }
        self.change(found)
        return 200, found


@contextmanager
def serving(server: SignInServer) -> Iterator[SignInServer]:
    """The server, at a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*server.get(self.path))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._send(*server.post(self.path, body))

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing: tests say what they see."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.address = f"http://127.0.0.1:{http.server_address[1]}"
    thread = Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        thread.join()
        http.server_close()
