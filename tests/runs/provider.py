"""A provider of models on this machine that speaks the real interfaces. Its models are named by what they do.

`Provider.texts` says what a model answers, by its name; `Provider.asked` is what arrived.
"""

from __future__ import annotations

import gzip
import json
import re
import select
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Event, Thread
from typing import Any

from tests.patience import PATIENCE
from tests.runs.asked import Asked
from tests.runs.wires import ERRORS, RETRY_AFTER, Said, Wire, error, event, stream

TEXT = "Hello, wörld 👋"
PAGE = b"<!doctype html><html><body>Sign in to the network</body></html>"
CALLS = (("search_protocol", {"query": "rash", "limit": 3}), ("lookup_case", {"id": "ÄE-7"}))


class ScriptedProvider(ThreadingHTTPServer):
    """The server. Models that wait go on when `released` is set; `left` is set when one of their clients goes away."""

    daemon_threads = True
    # The default of 5 refuses connections that come at once.
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.asked: list[Asked] = []
        self.texts: dict[str, str | Callable[[Asked], str]] = {}
        self.released = Event()
        self.left = Event()
        # How many bytes of endless answers were taken by clients.
        self.sent = 0
        self.moved_to = ""
        self.connections = 0
        self._arrived = Condition()

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        """Its address, as a profile has it."""
        return f"http://{self.host}/v1"

    def note(self, asked: Asked) -> int:
        """Note a request; returns how many there were of its model."""
        with self._arrived:
            self.asked.append(asked)
            self._arrived.notify_all()
            return sum(each.model == asked.model for each in self.asked)

    def wait_for(self, number: int) -> bool:
        """Whether so many requests have arrived, waiting for them."""
        with self._arrived:
            return self._arrived.wait_for(lambda: len(self.asked) >= number, PATIENCE)

    def text_for(self, asked: Asked) -> str:
        """What a model answers."""
        text = self.texts.get(asked.model, TEXT)
        return text if isinstance(text, str) else text(asked)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, *_: Any) -> None:
        """A client that went away is what some tests are about."""


class _Answers(BaseHTTPRequestHandler):
    server: ScriptedProvider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = self._read()
        try:
            self._answer(asked, self.server.note(asked))
        except ConnectionError:
            # It may go away while something is sent, too.
            self.server.left.set()
            self.close_connection = True

    def _answer(self, asked: Asked, number: int) -> None:
        name = asked.model
        if name in ERRORS and not (name.endswith("-once") and number > 1):
            self._refuse(asked, *ERRORS[name])
        elif special := _SPECIAL.get(name):
            special(self, asked)
        else:
            self._stream(self._events(asked))

    def _read(self) -> Asked:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if found := re.search(r"/models/([^:]+):(?:streamG|g)enerateContent", self.path):
            return Asked(self.path, headers, body, "content", found[1])
        wires: dict[str, Wire] = {"responses": "responses", "messages": "messages", "completions": "chat"}
        return Asked(self.path, headers, body, wires[self.path.rpartition("/")[2]], body["model"])

    def _events(self, asked: Asked) -> list[bytes]:
        said = Said(asked.model, self.server.text_for(asked))
        match asked.model:
            case "truncated":
                said.end = "length"
            case "refuses":
                said.end = "refusal"
            case "just-ends":
                said.end = None
            case "calls-tools":
                said.calls = CALLS
        return stream(asked.wire, said)

    def _begin(self, media_type: str = "text/event-stream", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("x-request-id", "req-1")
        self.send_header("request-id", "req-1")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)

    def _stream(self, events: Sequence[bytes], *, is_cut: bool = False) -> None:
        self._begin(transfer_encoding="chunked")
        self.end_headers()
        for each in events:
            self._send(each)
        if is_cut:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
        else:
            self._send(b"")

    def _send(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _whole(self, body: bytes, media_type: str, status: int = 200, **headers: str) -> None:
        self._begin(media_type, status, content_length=str(len(body)), **headers)
        self.end_headers()
        self.wfile.write(body)

    def _refuse(self, asked: Asked, status: int, code: str, message: str) -> None:
        body = json.dumps(error(asked.wire, status, message.format(key=asked.key), code)).encode()
        more = {"retry_after": RETRY_AFTER[asked.model]} if asked.model in RETRY_AFTER else {}
        self._whole(body, "application/json", status, **more)

    def _wait(self) -> None:
        """Until the test releases, or the client goes away."""
        while not self.server.released.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.01)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionAbortedError

    def silent(self, asked: Asked) -> None:
        self._wait()
        self._stream(self._events(asked))

    def halts(self, asked: Asked) -> None:
        """Send half of the answer, and wait with the rest."""
        self._begin(transfer_encoding="chunked")
        self.end_headers()
        events = self._events(asked)
        for number, each in enumerate([*events, b""]):
            if number == len(events) // 2:
                self._wait()
            self._send(each)

    def broken(self, asked: Asked) -> None:
        self._stream(self._events(asked)[:3], is_cut=True)

    def broken_after_the_end(self, asked: Asked) -> None:
        self._stream(self._events(asked), is_cut=True)

    def hangs_up(self, asked: Asked) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def moved(self, asked: Asked) -> None:
        self._whole(b"", "text/plain", 307, location=f"{self.server.moved_to}{self.path}")

    def page(self, asked: Asked) -> None:
        self._whole(PAGE, "text/html; charset=utf-8")

    def page_as_stream(self, asked: Asked) -> None:
        self._stream([PAGE + b"\n\n"])

    def page_as_events(self, asked: Asked) -> None:
        self._stream([event(PAGE.decode(), "message_start")])

    def json_list(self, asked: Asked) -> None:
        self._whole(b'[1, {"choices": 7}]\n\n', "application/json")

    def wrong_shapes(self, asked: Asked) -> None:
        odd = {"type": "message_start", "choices": 7, "candidates": 7, "message": 7, "response": 7}
        self._stream([event(odd, "message_start"), event("[" * 20_000, "message_start")])

    def packed(self, asked: Asked) -> None:
        self._whole(gzip.compress(b" " * 1000), "text/event-stream", content_encoding="gzip")

    def overloaded_midway(self, asked: Asked) -> None:
        body = error(asked.wire, 503, "Overloaded.", "overloaded_error")
        if asked.wire == "responses":
            body = {"type": "error", "code": "server_error", "message": "Overloaded.", "sequence_number": 3}
        told = event(body, "error" if asked.wire in {"responses", "messages"} else "")
        self._stream([*self._events(asked)[:3], told])

    def blocked(self, asked: Asked) -> None:
        self._stream([event({"promptFeedback": {"blockReason": "SAFETY"}, "modelVersion": "blocked"})])

    def failed(self, asked: Asked) -> None:
        failure = {"code": "rate_limit_exceeded", "message": "Too many tokens a minute."}
        ended: dict[str, Any] = {
            "id": "resp-1",
            "model": "failed",
            "status": "failed",
            "error": failure,
            "usage": None,
            "output": [],
        }
        self._stream([event({"type": "response.failed", "sequence_number": 1, "response": ended}, "response.failed")])

    def endless(self, asked: Asked) -> None:
        told = self._events(asked)[-5 if asked.wire == "messages" else 1]
        self._flood(told.replace(b"data: ", b"data: " + b" " * 50_000))

    def endless_text(self, asked: Asked) -> None:
        self.server.texts[asked.model] = "x" * 200_000
        self._flood(next(each for each in self._events(asked) if b"xxx" in each))

    def endless_line(self, asked: Asked) -> None:
        """100 MB without the end of an event."""
        self._flood(b"data: " + b"x" * 50_000, before=b"data: ")

    def endless_lines(self, asked: Asked) -> None:
        """100 MB of short lines that belong to one event."""
        self._flood(b"data: xy\n" * 5_000)

    def endless_error(self, asked: Asked) -> None:
        self._flood(b" " * 50_000, status=500)

    def _flood(self, told: bytes, *, before: bytes = b"", status: int = 200) -> None:
        self._begin("text/event-stream" if status == 200 else "application/json", status, transfer_encoding="chunked")
        self.end_headers()
        self._send(before or b"\n")
        while self.server.sent < 100_000_000:
            self._send(told)
            self.server.sent += len(told)
        self._send(b"")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name is the base class’s)
        """Tests are quiet."""


_SPECIAL: dict[str, Callable[[_Answers, Asked], None]] = {
    method.__name__.replace("_", "-"): method
    for method in (
        *(_Answers.silent, _Answers.halts, _Answers.broken, _Answers.broken_after_the_end, _Answers.hangs_up),
        *(_Answers.moved, _Answers.page, _Answers.page_as_stream, _Answers.page_as_events, _Answers.json_list),
        *(_Answers.wrong_shapes, _Answers.packed, _Answers.overloaded_midway, _Answers.blocked, _Answers.failed),
        *(_Answers.endless, _Answers.endless_text, _Answers.endless_line, _Answers.endless_lines),
        _Answers.endless_error,
    )
}


@contextmanager
def provider() -> Iterator[ScriptedProvider]:
    """The provider, for as long as the block runs."""
    server = ScriptedProvider()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
