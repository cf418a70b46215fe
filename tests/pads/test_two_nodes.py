"""A pad on two nodes in two processes: one order, one text, whichever node somebody uses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from gateway.node import Node
from kernel.crdt.edits import apply_edits
from projects.models import Project
from stages.pads.loading import read_text
from stages.pads.models import Pad
from stages.pads.services import create_pad
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.nodes import Nodes, Server, call, receive
from tests.pads.live import TextClient, edits_of

COUNT = 15


@pytest.fixture
async def other(committed_db: None, process_environment: dict[str, str], nodes: Nodes) -> AsyncIterator[Server]:
    """A node in another process; this process is the first one."""
    async with nodes.lent(process_environment) as server:
        yield server


async def test_both_write_at_once_and_have_one_text(
    node: Node,
    other: Server,
    socket_of: SocketOf,
    project: Project,
    owner: User,
    editor: User,
    viewer: User,
    tokens: dict[UUID, str],
    caller_for: Callable[..., Any],
):
    pad: Pad = await in_thread(create_pad, caller=caller_for(owner), project_id=project.id, name="Thoughts")
    async with (
        socket_of(owner) as here,
        socket_of(viewer) as watching,
        other.connect(project, tokens[editor.id]) as there,
    ):
        await receive(there)
        ed, vic = TextClient(here, pad), TextClient(watching, pad)
        await ed.open()
        await vic.open()
        opened = (await call(there, "pad.open", pad_id=str(pad.id), dialect="text"))["result"]
        text, revision = opened["text"], opened["revision"]

        async def write_here() -> None:
            for _ in range(COUNT):
                await ed.edit((len(ed.text), 0, "a"))

        async def write_there() -> None:
            nonlocal text, revision
            for _ in range(COUNT):
                edits = [{"pos": 0, "delete": 0, "insert": "b"}]
                given = {"pad_id": str(pad.id), "revision": revision, "edits": edits}
                answer = (await call(there, "pad.edit", **given))["result"]
                text = apply_edits(text, edits_of(edits))
                for missed in answer.get("missed", ()):
                    text = apply_edits(text, edits_of(missed))
                revision = answer["revision"]

        await asyncio.gather(write_here(), write_there())
        await ed.catch_up(2 * COUNT)
        await vic.catch_up(2 * COUNT)
        since = (await call(there, "pad.since", pad_id=str(pad.id), after=revision))["result"]
        for change in since["changes"]:
            text = apply_edits(text, edits_of(change["edits"]))
        stored = await in_thread(read_text, pad.id)
        assert stored.revision == 2 * COUNT
        assert ed.text == vic.text == text == stored.text
        assert sorted(stored.text) == ["a"] * COUNT + ["b"] * COUNT


async def test_who_only_watches_is_seen_at_once_on_both_nodes(
    node: Node,
    other: Server,
    socket_of: SocketOf,
    project: Project,
    owner: User,
    viewer: User,
    tokens: dict[UUID, str],
    caller_for: Callable[..., Any],
):
    pad: Pad = await in_thread(create_pad, caller=caller_for(owner), project_id=project.id, name="Thoughts")
    async with socket_of(owner) as here, other.connect(project, tokens[viewer.id]) as there:
        await receive(there)
        await TextClient(here, pad).open()
        opened = (await call(there, "pad.open", pad_id=str(pad.id), dialect="text"))["result"]
        assert opened["writer"] is None
        joined = await here.notification(lambda frame: frame["method"] == "pad.joined")
        assert joined == {"pad_id": str(pad.id), "writer": None, "user": viewer.person()}
