"""A page of the product with a view of a module in it, and a server that counts whoever reaches it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.automation.foreign.site import EVERYTHING, Views
from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import Person, World


class Sink:
    """A server on this machine that notes every request, and a socket that notes every packet."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sink.heard.append(f"{self.command} {self.path}")
                self.send_response(200)
                self.send_header("Access-Control-Allow-Origin", "*")
                self.end_headers()

            do_POST = do_OPTIONS = do_HEAD = do_GET  # noqa: N815

            def log_message(self, *_args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._packets = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._packets.bind(("127.0.0.1", 0))
        self.packets = self._packets.getsockname()[1]
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._serve, self._receive)]
        for each in self._threads:
            each.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def _receive(self) -> None:
        try:
            while data := self._packets.recv(2048):
                if data == b"end":
                    return
                self.heard.append("packet")
        except OSError:
            return

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"end", ("127.0.0.1", self.packets))
        for each in self._threads:
            each.join()
        self._packets.close()


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    made.close()


@dataclass
class Project:
    """The project of the demo with a foreign view, which its owner adopts and switches on."""

    world: World
    person: Callable[..., Person]

    @property
    def views(self) -> Views:
        return Views(self.world.project.id, self.world.caller("owner"))

    @property
    def address(self) -> str:
        return f"{self.world.address}automation/views/studies/overview/"

    def create(self, *rows: dict[str, Any]) -> list[str]:
        """New records; their ids."""
        found: list[str] = self.world.arrange(lambda: self.views.create(*rows))
        return found

    def adopt(self, source: str) -> str:
        """The hash of the text that the view has from now on."""
        found: str = self.world.arrange(lambda: self.views.adopt(source))
        return found

    def switch(self, sha256: str, grants: Any = EVERYTHING) -> None:
        self.world.arrange(lambda: self.views.switch(sha256, grants))

    def open(self, by: str = "editor", expected: tuple[str, ...] = (), **options: Any) -> Page:
        window = self.person(by, **options)
        window.expected += expected
        window.page.goto(self.address)
        return window.page

    def show(self, source: str, grants: Any = EVERYTHING, *, expected: tuple[str, ...] = ()) -> Page:
        """The page of a view of this text, which is on."""
        self.switch(self.adopt(source), grants)
        return self.open(expected=expected)


@pytest.fixture
def foreign(person: Callable[..., Person], world: World) -> Project:  # noqa: F811
    return Project(world, person)
