"""What it adds to links with other sites, and to nodes: how many notes a project has there, and a greeting."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.node import NODE_TASKS, Node
from stages.replication.link.methods import METHODS, WORKERS, Answer, Link, Method, Remote, read_params
from tests.sample_stage.models import Note

logger = logging.getLogger(__name__)


class Count(msgspec.Struct):
    """What `notes.count` answers; the other site may answer anything."""

    count: int


async def greet(node: Node) -> None:
    """A task of each node, which ends at once."""
    logger.debug("A node of %d sockets has started", len(node.connections))


def count_notes(remote: Remote, _params: Mapping[str, Any]) -> Answer:
    """How many notes the project has here."""
    return Answer({"count": Note._default_manager.filter(project=remote.project_id).count()})


async def compare_notes(link: Link) -> None:
    """Once for each link: how many there are at the other site."""
    answer = read_params(await link.call("notes.count", {}), Count)
    logger.info("Site %s has %d notes", link.peer_key[:8], answer.count)


def register() -> None:
    NODE_TASKS.register("notes", greet)
    METHODS.register("notes.count", Method(answer=count_notes, only_reads=True))
    WORKERS.register("notes", compare_notes)
