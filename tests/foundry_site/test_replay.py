from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from foundry_site.replay import client as client_module
from foundry_site.replay.client import ApiError, Client
from foundry_site.replay.history import HistoryError, read_history


def write(path: Path, *lines: str) -> Path:
    path.write_bytes("\n".join(lines).encode())
    return path


def test_a_configuration_keeps_the_spelling_of_its_line(tmp_path: Path) -> None:
    value = '{"z": 1e2, "a": 1.0,  "u": "\\u00e4", "ü": []}'
    line = f'{{"save": 1, "field": "model_configuration", "value": {value}, "message": "m"}}'
    (save,) = read_history(write(tmp_path / "history.jsonl", line))
    assert (save.text, save.message, save.number) == (value, "m", 1)


def test_a_text_is_what_the_string_means(tmp_path: Path) -> None:
    line = json.dumps({"field": "prompt_text", "value": 'Zeile 1\n"ü" \u2028'})
    (save,) = read_history(write(tmp_path / "history.jsonl", line))
    assert (save.text, save.message) == ('Zeile 1\n"ü" \u2028', "")


def test_a_configuration_may_be_given_as_text(tmp_path: Path) -> None:
    line = json.dumps({"field": "model_configuration", "value": '{"a":1}'})
    (save,) = read_history(write(tmp_path / "history.jsonl", line))
    assert save.text == '{"a":1}'


@pytest.mark.parametrize(
    "line", ["not json", '{"field": "prompt_text"}', '{"field": "prompt_text", "value": 3}', '{"value": "x"}']
)
def test_a_bad_line_is_named_before_anything_is_sent(tmp_path: Path, line: str) -> None:
    good = json.dumps({"field": "prompt_text", "value": "x"})
    with pytest.raises(HistoryError, match="Line 2"):
        read_history(write(tmp_path / "history.jsonl", good, line))


def test_an_empty_or_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="has no lines"):
        read_history(write(tmp_path / "history.jsonl", ""))
    with pytest.raises(HistoryError, match="No such file"):
        read_history(tmp_path / "missing.jsonl")


class Scripted(BaseHTTPRequestHandler):
    """Answers what ``answers`` says, in turn; None hangs up without an answer."""

    protocol_version = "HTTP/1.1"
    answers: ClassVar[list[tuple[int, dict[str, str], str] | None]] = []
    references: ClassVar[list[str | None]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.references.append(self.headers["Idempotency-Key"])
        answer = self.answers.pop(0)
        if answer is None:
            self.close_connection = True
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        """Say nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(client_module, "MAX_WAIT_SECONDS", 0.0)
    Scripted.answers.clear()
    Scripted.references.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def test_a_lost_answer_and_a_busy_server_are_retried_with_one_reference(server: str) -> None:
    Scripted.answers += [None, (503, {"Retry-After": "2"}, "{}"), (429, {}, "{}"), (201, {}, '{"id": "p"}')]
    with Client(server, "token") as client:
        assert client.post("projects/", {"name": "n"}) == {"id": "p"}
    assert len(Scripted.references) == 4
    assert len(set(Scripted.references)) == 1


def test_two_writes_have_two_references(server: str) -> None:
    Scripted.answers += [(201, {}, "{}"), (201, {}, "{}")]
    with Client(server, "token") as client:
        client.post("projects/", {"name": "n"})
        client.post("projects/", {"name": "n"})
    assert len(set(Scripted.references)) == 2


def test_a_refusal_is_told_in_the_servers_words(server: str) -> None:
    Scripted.answers += [(403, {}, '{"detail": "Viewers may not write."}')]
    with Client(server, "token") as client, pytest.raises(ApiError, match="status 403, Viewers may not write"):
        client.post("projects/", {"name": "n"})
    assert len(Scripted.references) == 1


def test_somebody_elses_server_is_recognised(server: str) -> None:
    Scripted.answers += [(200, {}, "<html>")]
    with Client(server, "token") as client, pytest.raises(ApiError, match="Is this Foundry"):
        client.post("projects/", {"name": "n"})


def test_nobody_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "TRIES", 2)
    with Client("http://127.0.0.1:9/", "token") as client, pytest.raises(ApiError, match="gave up after 2 tries"):
        client.post("projects/", {"name": "n"})


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(ApiError, match="is not an address like"):
        Client("localhost:8000", "token")


def test_a_byte_order_mark_before_a_history_is_named(tmp_path: Path) -> None:
    line = json.dumps({"field": "prompt_text", "value": "x"})
    with pytest.raises(HistoryError, match="Line 1, column 1: starts with a byte order mark; remove it"):
        read_history(write(tmp_path / "history.jsonl", f"\ufeff{line}"))


def test_a_file_goes_without_a_language_only_where_its_text_breaks_its_grammar(tmp_path: Path) -> None:
    lines = [json.dumps({"field": "files/a.json", "value": value}) for value in ("{}", "{")]
    good, broken = read_history(write(tmp_path / "history.jsonl", *lines))
    assert good.change() == {"content": "{}"}
    assert broken.change() == {"language": None, "content": "{"}
