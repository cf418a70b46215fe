"""Checkpoints are posted to an outside collector, and again where it does not take them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.callers import foundry_caller
from audit.checkpoints.models import Checkpoint
from audit.checkpoints.posting import PostError
from audit.checkpoints.services import make_checkpoint
from audit.jobs import post_checkpoint
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db


class Collector(HTTPServer):
    """Keeps what it is sent, and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.kept: list[dict[str, Any]] = []
        self.status = 204
        self.answer = b""
        self.headers: dict[str, str] = {}


class _Answering(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.append(json.loads(body))
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def do_GET(self) -> None:
        """The page to sign in at, to which a redirect leads."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing on standard error."""


@pytest.fixture
def collector(settings: Any) -> Iterator[Collector]:
    with Collector() as server:
        settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
        settings.FOUNDRY_CHECKPOINT_WEBHOOK = f"http://127.0.0.1:{server.server_port}/checkpoints"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def waiting() -> list[int]:
    """The numbers of the checkpoints that are queued for posting."""
    jobs = ProcrastinateJob.objects.filter(task_name="audit.jobs.post_checkpoint")
    return [job.args["number"] for job in jobs]


def made() -> Checkpoint:
    checkpoint = make_checkpoint(caller=foundry_caller())
    assert checkpoint is not None
    return checkpoint


def test_a_checkpoint_is_queued_with_it_and_posted_whole(collector: Collector):
    checkpoint = made()
    assert waiting() == [checkpoint.number]

    post_checkpoint(number=checkpoint.number)

    (kept,) = collector.kept
    assert kept["number"] == checkpoint.number
    assert (kept["statement"], kept["sha256"]) == (checkpoint.text, checkpoint.sha256)
    assert bytes.fromhex(kept["signature"]) == bytes(checkpoint.signature)


def test_a_release_s_checkpoint_is_queued_too(collector: Collector, review: Review):
    review.release()

    assert waiting() == [Checkpoint.objects.latest("number").number]


def test_what_the_collector_does_not_take_fails_and_is_tried_again(collector: Collector):
    collector.status = 503
    number = made().number

    with pytest.raises(PostError, match="was not taken"):
        post_checkpoint(number=number)
    assert post_checkpoint.retry_strategy is not None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_page_to_sign_in_at_is_no_delivery(collector: Collector, status: int):
    collector.status, collector.headers = status, {"Location": "/login"}

    with pytest.raises(PostError, match="a redirect"):
        post_checkpoint(number=made().number)


@pytest.mark.parametrize(
    ("status", "kind", "answer"),
    [
        (200, "text/html", b"<form>Sign in</form>"),
        (200, "text/html", b"{}"),
        (200, "application/json", b"<form>"),
        (203, "application/json", b"{}"),
        (400, "application/json", b"{}"),
    ],
)
def test_an_answer_that_no_collector_gives_is_no_delivery(collector: Collector, status: int, kind: str, answer: bytes):
    collector.status, collector.answer, collector.headers = status, answer, {"Content-Type": kind}

    with pytest.raises(PostError, match=f"answers {status}"):
        post_checkpoint(number=made().number)


@pytest.mark.parametrize(("status", "answer"), [(200, b""), (200, b'{"text": "Success"}'), (201, b"{}"), (204, b"")])
def test_an_answer_without_content_or_with_json_is_a_delivery(collector: Collector, status: int, answer: bytes):
    collector.status, collector.answer, collector.headers = status, answer, {"Content-Type": "application/json"}

    post_checkpoint(number=made().number)


def test_a_collector_inside_is_posted_to_only_where_it_is_named(collector: Collector, settings: Any):
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset()
    settings.FOUNDRY_CHECKPOINT_WEBHOOK = settings.FOUNDRY_CHECKPOINT_WEBHOOK.replace("http:", "https:")

    with pytest.raises(PostError, match="not public"):
        post_checkpoint(number=made().number)
    assert collector.kept == []


def test_without_a_collector_nothing_is_queued():
    made()

    assert waiting() == []
