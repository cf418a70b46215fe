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
from publishing.jobs import post_checkpoint
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db


class Collector(HTTPServer):
    """Keeps what it is sent, and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.kept: list[dict[str, Any]] = []
        self.status = 204


class _Answering(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.append(json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing on standard error."""


@pytest.fixture
def collector(settings: Any) -> Iterator[Collector]:
    with Collector() as server:
        settings.FOUNDRY_CHECKPOINT_WEBHOOK = f"http://127.0.0.1:{server.server_port}/checkpoints"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def waiting() -> list[int]:
    """The numbers of the checkpoints that are queued for posting."""
    jobs = ProcrastinateJob.objects.filter(task_name="publishing.jobs.post_checkpoint")
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

    with pytest.raises(PostError, match="could not be posted"):
        post_checkpoint(number=number)
    assert post_checkpoint.retry_strategy is not None


def test_without_a_collector_nothing_is_queued():
    made()

    assert waiting() == []
