"""A page of the product with a view of a module in it, and a server that counts whoever reaches it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import (  # noqa: F401 (fixtures)
    arrange,
    chromium,
    committed_db,
    person,
    pictures,
    whole_pages,
    world,
)
from tests.browser.people import Person, World

HOST = """
async ({ source, tables, frame, script }) => {
  await import(script);
  const view = document.createElement("section");
  view.innerHTML = `
    <template data-foreign-view-target="source"></template>
    <template data-foreign-view-target="tables"></template>
    <div data-foreign-view-target="place" id="view-place"></div>
    <p data-foreign-view-target="note" id="view-note" hidden>
      <span data-foreign-view-target="words"></span>
      <button type="button" data-action="foreign-view#restart">Restart</button>
    </p>`;
  view.querySelectorAll("template")[0].content.append(source);
  view.querySelectorAll("template")[1].content.append(JSON.stringify(tables));
  view.id = "view";
  view.dataset.foreignViewFrameValue = frame;
  view.dataset.controller = "foreign-view";
  document.body.append(view);
}
"""


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


@pytest.fixture
def show(person: Callable[..., Person], world: World) -> Callable[..., Page]:  # noqa: F811
    """Have a page show a view of this source with these rows."""

    def open_view(source: str, tables: Any = None, expected: tuple[str, ...] = ()) -> Page:
        window = person("editor")
        window.expected += expected
        page = window.at_work()
        facts = {
            "source": source,
            "tables": tables or {},
            "frame": f"{world.url}/view-frame/",
            "script": f"{world.url}/static/dist/views.js",
        }
        page.evaluate(HOST, json.loads(json.dumps(facts)))
        return page

    return open_view
