"""What the sample stage has registered with the gateway works as the trunk's own commands, topics and sockets do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

import realtime
from accounts.callers import Caller
from accounts.models import User
from gateway.node import Node, stop_current_node
from locking.services import acquire_lock, release_lock
from locking.sessions import open_session
from projects.models import Project
from projects.services import remove_member
from tests.gateway.client import Client, ClosedError
from tests.gateway.conftest import SocketOf, in_thread
from tests.gateway.nodes import Nodes, Server, Tokens, call, receive
from tests.sample_stage.models import Note
from tests.sample_stage.services import add_note, close_notes


@pytest.fixture
async def other_node(committed_db: None, process_environment: dict[str, str], nodes: Nodes) -> AsyncIterator[Server]:
    """A node in another process."""
    async with nodes.lent(process_environment) as server:
        yield server


async def added(socket: Client) -> Any:
    return await socket.notification(lambda frame: frame["method"] == "note.added")


def notes_socket(project: Project, token: str | None) -> Client:
    return Client(project.id, token, path="/ws/notes/{project}/")


@pytest.mark.usefixtures("node")
async def test_a_command_writes_and_its_topic_tells_those_who_watch(
    socket_of: SocketOf,
    editor: User,
    viewer: User,
) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        await writer.call("note.add", text="Before anybody looked")
        assert await watcher.call("notes.watch") == {"number": 0}
        await writer.call("note.add", text="Ask the clinic")
        assert [await added(watcher), await added(watcher)] == [
            {"number": 1, "text": "Before anybody looked"},
            {"number": 2, "text": "Ask the clinic"},
        ]


async def test_what_redis_lost_is_read_from_the_stages_table(
    node: Node,
    socket_of: SocketOf,
    editor: User,
    viewer: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with socket_of(editor) as writer, socket_of(viewer) as watcher:
        await watcher.call("notes.watch")
        with monkeypatch.context() as partition:
            partition.setattr(realtime, "publish", lambda **_: None)
            await writer.call("note.add", text="One")
        await writer.call("note.add", text="Two")
        assert [(await added(watcher))["text"] for _ in range(2)] == ["One", "Two"]


@pytest.mark.usefixtures("node")
async def test_a_note_of_another_node_arrives_here(
    other_node: Server,
    socket_of: SocketOf,
    project: Project,
    editor: User,
    viewer: User,
    tokens: Tokens,
) -> None:
    async with socket_of(viewer) as here, other_node.connect(project, tokens[editor.id]) as there:
        await receive(there)
        await here.call("notes.watch")
        await call(there, "notes.watch")
        await here.call("topic.follow", topic=f"notes.{project.id}.typing")
        await call(there, "note.type", text="Ask th")
        assert (await here.ephemeral("note.typing"))["data"] == {"text": "Ask th"}
        await call(there, "note.add", text="Ask the clinic")
        assert await added(here) == {"number": 1, "text": "Ask the clinic"}


@pytest.mark.usefixtures("node")
async def test_an_event_of_the_stage_takes_its_topics_away(
    socket_of: SocketOf,
    project: Project,
    editor: User,
    viewer: User,
    caller_for: Callable[..., Caller],
) -> None:
    async with socket_of(viewer) as watcher:
        await watcher.call("notes.watch")
        await in_thread(close_notes, caller=caller_for(editor), project_id=project.id)
        closed = await watcher.notification(lambda frame: frame["method"] == "topic.closed")
        assert closed == {"topic": f"notes.{project.id}", "code": "permission_denied"}
        assert await watcher.call("ping") == {}


@pytest.mark.usefixtures("node")
async def test_a_socket_of_the_stage_signs_in_answers_and_ends_with_the_access(
    project: Project,
    owner: User,
    viewer: User,
    outsider: User,
    tokens: Tokens,
    caller_for: Callable[..., Caller],
) -> None:
    socket = notes_socket(project, tokens[viewer.id])
    await socket.connect()
    assert (await socket.frame())["method"] == "notes.hello"
    assert await socket.call("notes.echo", text="x") == {"text": "x", "name": viewer.display_name}
    await in_thread(
        remove_member, caller=caller_for(owner), project_id=project.id, user_id=viewer.id, reason="Has left"
    )
    assert await socket.closed() == 4403
    await socket.leave(4403)
    for token, code in ((tokens[outsider.id], 4404), (None, 4401)):
        refused = notes_socket(project, token)
        await refused.connect()
        with pytest.raises(ClosedError) as closed:
            await refused.frame()
        assert closed.value.code == code
        await refused.leave(code)


async def test_a_node_that_stops_closes_the_sockets_of_the_stage(
    node: Node,
    project: Project,
    viewer: User,
    tokens: Tokens,
) -> None:
    socket = notes_socket(project, tokens[viewer.id])
    await socket.connect()
    await socket.frame()
    stopping = asyncio.create_task(stop_current_node())
    assert await socket.closed() == 1012
    await socket.leave(1012)
    await stopping


@pytest.mark.django_db
def test_a_step_at_the_end_of_a_lease_writes_in_its_transaction(
    project: Project, editor: User, caller_for: Callable[..., Caller]
) -> None:
    caller = caller_for(editor)
    session = open_session(caller=caller, project_id=project.id, connected=False).session_id
    for field in ("files/other.md", "files/notes.md"):
        acquire_lock(caller=caller, project_id=project.id, field=field, session_id=session)
        release_lock(caller=caller, project_id=project.id, field=field, session_id=session)
    assert [note.text for note in Note._default_manager.filter(project=project)] == ["files/notes.md: cancelled"]


@pytest.mark.usefixtures("node")
async def test_notes_are_numbered_as_they_are_written(
    project: Project, editor: User, caller_for: Callable[..., Caller]
) -> None:
    from tests.sample_stage.live import NoteHistory, notes_topic

    for text in ("One", "Two", "Three"):
        await in_thread(add_note, caller=caller_for(editor), project_id=project.id, text=text)
    topic = notes_topic(project.id)
    frames = await in_thread(NoteHistory().read, topic, 1, 1)
    assert [frame.seq for frame in frames] == [2]
    assert await in_thread(NoteHistory().heads, [topic]) == {topic: 3}
