"""A server that does to whoever asks it what servers do to clients."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.kernel.test_outbound import NAME


class Handler(BaseHTTPRequestHandler):
    """A server that does by path what servers do to clients."""

    server: Hostile
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        what = self.path.removeprefix("/v1/").partition("?")[0]
        getattr(self, f"_{what}", self._plain)()

    def do_POST(self) -> None:
        self.server.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def _plain(self) -> None:
        self._answer(200, b"hello " + self.path.encode())

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _moved(self) -> None:
        self._answer(302, b"", Location=f"https://{NAME}:{self.server.server_port}/v1/plain")

    def _missing(self) -> None:
        self._answer(404, b"none")

    def _bytes(self) -> None:
        self._answer(200, b"\xff\xfe\x00")

    def _bomb(self) -> None:
        self._answer(200, gzip.compress(bytes(100_000_000)), Content_Encoding="gzip")

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.over.is_set():
            self.wfile.write(b"x" * 65_536)
            self.server.sent += 65_536

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while not self.server.over.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()

    def _headers(self) -> None:
        self._answer(200, b"", **{f"x{at}": "y" * 8_000 for at in range(90)})

    def _line(self) -> None:
        self._answer(200, b"", Long="y" * 100_000)

    def _continue(self) -> None:
        while not self.server.over.wait(0.01):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _slow(self) -> None:
        self.server.over.wait(0.5)
        self._answer(200, b"slow")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Hostile(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, Mapping[str, str]]] = []
        self.over = threading.Event()
        self.body, self.sent = b"", 0

    def handle_error(self, *_: Any) -> None:
        """Clients that go away are what these tests are about."""
