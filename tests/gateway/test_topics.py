"""Following topics other than a project's own, whose type an app has registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

import realtime
from accounts.callers import Caller
from accounts.models import User
from gateway import topics
from gateway.node import Node
from gateway.streams import TOPIC_TYPES, TopicType
from projects.models import Project
from projects.services import create_project, remove_member
from realtime.frames import NOTIFICATIONS, Frame
from realtime.subscriber import MAX_FRAMES
from tests.gateway.conftest import SocketOf, connections, in_thread
from tests.gateway.topic_log import Log, SourceWithHeads, admit, authorize, hint, lines, refusal, send_hint


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture(autouse=True)
def topic_types(log: Log) -> Iterator[None]:
    """What an app would register; a node makes its sources from it when it starts."""
    types = {
        "log.*": TopicType(authorize=authorize, history=log, source=SourceWithHeads),
        "log.*.hints": TopicType(authorize=authorize),
        "everybody": TopicType(authorize=admit),
    }
    methods = {"log.lines": ("seq", "lines"), "log.head": ("seq",), "log.hint": ("text",)}
    with TOPIC_TYPES.replaced(types), NOTIFICATIONS.replaced({**NOTIFICATIONS, **methods}):
        yield


@pytest.fixture
def topic(project: Project) -> str:
    return f"log.{project.id}"


async def test_who_follows_from_now_on_gets_what_is_new(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str
) -> None:
    log.commit(topic, "old")
    async with socket_of(viewer) as socket:
        assert await socket.call("topic.follow", topic=topic) == {"seq": 1, "reset": False}
        log.commit(topic, "new")
        log.commit(topic, "newer", "newest")
        assert [await lines(socket), await lines(socket)] == [["new"], ["newer", "newest"]]


async def test_who_comes_back_gets_what_was_missed_before_what_is_new(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str
) -> None:
    log.commit(topic, "one", "two", "three")
    async with socket_of(viewer) as socket:
        assert await socket.call("topic.follow", topic=topic, after=1) == {"seq": 1, "reset": False}
        log.commit(topic, "four")
        assert [await lines(socket) for _ in range(3)] == [["two"], ["three"], ["four"]]


@pytest.mark.parametrize("after", [4, 2**53 - 1])
async def test_a_number_that_means_nothing_here_is_reset(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str, after: int
) -> None:
    log.commit(topic, "one", "two", "three")
    async with socket_of(viewer) as socket:
        assert await socket.call("topic.follow", topic=topic, after=after) == {"seq": 3, "reset": True}
        log.commit(topic, "four")
        assert await lines(socket) == ["four"]


@pytest.mark.parametrize(("limit", "value"), [("streams.BATCH", 2), ("topics.MAX_CATCH_UP", 200)])
async def test_who_is_too_far_behind_is_reset(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str, limit: str, value: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(f"gateway.{limit}", value)
    log.commit(topic, "one", "two", "three")
    async with socket_of(viewer) as socket:
        assert await socket.call("topic.follow", topic=topic, after=0) == {"seq": 3, "reset": True}
        assert await socket.call("topic.follow", topic=topic, after=2) == {"seq": 2, "reset": False}
        assert await lines(socket) == ["three"]


async def test_a_history_that_does_not_reach_back_so_far_is_a_reset(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.commit(topic, "one", "two", "three")
    monkeypatch.setattr(log, "read", lambda topic, after, limit: [Frame(3, 3, log.frame(topic, 3))])
    async with socket_of(viewer) as socket:
        assert await socket.call("topic.follow", topic=topic, after=0) == {"seq": 3, "reset": True}


async def test_a_lost_frame_is_read_once_for_all_sockets(
    node: Node, socket_of: SocketOf, viewer: User, editor: User, log: Log, topic: str
) -> None:
    async with socket_of(viewer) as first, socket_of(editor) as second:
        for socket in (first, second):
            await socket.call("topic.follow", topic=topic)
        log.commit(topic, "lost", is_lost=True)
        log.commit(topic, "arrives")
        for socket in (first, second):
            assert [await lines(socket), await lines(socket)] == [["lost"], ["arrives"]]
        assert log.reads == [0]


async def test_what_redis_lost_altogether_comes_with_the_next_head(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str
) -> None:
    async with socket_of(viewer) as socket:
        await socket.call("topic.follow", topic=topic)
        log.commit(topic, "lost", "too", is_lost=True)
        await node.hub.send_heads()
        assert [await lines(socket), await lines(socket)] == [["lost"], ["too"]]
        head = await socket.notification(lambda frame: frame["method"] == "log.head")
        assert head == {"seq": 2}


async def test_heads_that_cannot_be_read_keep_no_other_topic_from_its_own(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with socket_of(viewer) as socket:
        await socket.call("topic.follow", topic=topic)
        monkeypatch.setattr(log, "heads", lambda topics: 1 / 0)
        await node.hub.send_heads()
        head = await socket.notification(lambda frame: frame["method"] == "head")
        assert head["seq"] > 0


async def test_a_topic_without_numbers_is_shown_to_all_but_its_origin(
    node: Node, socket_of: SocketOf, viewer: User, editor: User, topic: str
) -> None:
    async with socket_of(viewer) as watcher, socket_of(editor) as writer:
        for socket in (watcher, writer):
            assert await socket.call("topic.follow", topic=f"{topic}.hints") == {"seq": None, "reset": False}
        send_hint(f"{topic}.hints", "for the others", writer.snapshot["session_id"])
        send_hint(f"{topic}.hints", "for all")
        assert [await hint(watcher), await hint(watcher)] == ["for the others", "for all"]
        assert await hint(writer) == "for all"


async def test_a_topic_that_was_left_is_silent(
    node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str
) -> None:
    async with socket_of(viewer) as socket:
        await socket.call("topic.follow", topic=topic)
        assert await socket.call("topic.leave", topic=topic) == {}
        assert await socket.call("topic.leave", topic=topic) == {}
        assert topic not in node.hub.topics
        log.commit(topic, "unheard")
        await socket.call("topic.follow", topic=f"{topic}.hints")
        send_hint(f"{topic}.hints", "heard")
        assert await hint(socket) == "heard"


async def test_following_again_begins_anew(node: Node, socket_of: SocketOf, viewer: User, log: Log, topic: str) -> None:
    async with socket_of(viewer) as socket:
        await socket.call("topic.follow", topic=topic)
        log.commit(topic, "one")
        assert await lines(socket) == ["one"]
        await socket.call("topic.follow", topic=topic, after=0)
        log.commit(topic, "two")
        assert [await lines(socket), await lines(socket)] == [["one"], ["two"]]


async def test_an_end_of_the_socket_leaves_its_topics(
    node: Node, socket_of: SocketOf, viewer: User, topic: str
) -> None:
    async with socket_of(viewer) as socket:
        await socket.call("topic.follow", topic=topic)
        assert topic in node.hub.topics
    assert topic not in node.hub.topics


@pytest.mark.parametrize("name", ["", "log", "log.", "log.nonsense", "nothing.x", "log.*", "a b", "log:x", "x" * 200])
async def test_a_topic_of_no_type_is_not_found(node: Node, socket_of: SocketOf, viewer: User, name: str) -> None:
    async with socket_of(viewer) as socket:
        assert await refusal(socket, "topic.follow", topic=name) == "not_found"


async def test_a_socket_may_not_follow_other_projects_events(
    node: Node, socket_of: SocketOf, viewer: User, project: Project
) -> None:
    async with socket_of(viewer) as socket:
        assert await refusal(socket, "topic.follow", topic=f"project.{project.id}") == "not_found"


async def test_a_topic_of_somebody_elses_project_does_not_exist(
    node: Node, socket_of: SocketOf, viewer: User, outsider: User, caller_for: Callable[..., Caller]
) -> None:
    other = await in_thread(create_project, caller=caller_for(outsider), name="Theirs", is_private=True)
    async with socket_of(viewer) as socket:
        assert await refusal(socket, "topic.follow", topic=f"log.{other.id}") == "not_found"
        assert await refusal(socket, "topic.follow", topic=f"log.{uuid4()}") == "not_found"


async def test_a_socket_follows_a_bounded_number_of_topics(
    node: Node, socket_of: SocketOf, viewer: User, topic: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "MAX_TOPICS", 2)
    async with socket_of(viewer) as socket:
        for name in (topic, "everybody", topic):
            await socket.call("topic.follow", topic=name)
        assert await refusal(socket, "topic.follow", topic=f"{topic}.hints") == "conflict"
        await socket.call("topic.leave", topic=topic)
        await socket.call("topic.follow", topic=f"{topic}.hints")


async def test_who_loses_access_to_another_project_loses_its_topics_and_keeps_the_rest(
    node: Node,
    socket_of: SocketOf,
    editor: User,
    outsider: User,
    log: Log,
    topic: str,
    caller_for: Callable[..., Caller],
) -> None:
    theirs = caller_for(outsider)
    other = await in_thread(create_project, caller=theirs, name="Theirs", is_private=True)
    await in_thread(add_viewer, theirs, other, editor)
    async with socket_of(editor) as socket:
        for name in (topic, f"log.{other.id}", f"log.{other.id}.hints", "everybody"):
            await socket.call("topic.follow", topic=name)
        await in_thread(remove_member, caller=theirs, project_id=other.id, user_id=editor.id, reason="Has left")
        closed = [await socket.notification(lambda frame: frame["method"] == "topic.closed") for _ in range(2)]
        assert sorted(each["topic"] for each in closed) == [f"log.{other.id}", f"log.{other.id}.hints"]
        assert {each["code"] for each in closed} == {"not_found"}
        log.commit(f"log.{other.id}", "secret")
        log.commit(topic, "for the team")
        assert await lines(socket) == ["for the team"]


def add_viewer(caller: Caller, project: Project, user: User) -> None:
    from projects.services import add_member

    add_member(caller=caller, project_id=project.id, username=user.username, role="viewer")


async def test_a_socket_that_reads_too_slowly_is_closed_by_any_of_its_topics(
    node: Node, socket_of: SocketOf, viewer: User, editor: User, topic: str
) -> None:
    slow, quick = socket_of(viewer), socket_of(editor)
    await slow.open()
    await quick.open()
    for socket in (slow, quick):
        await socket.call("topic.follow", topic="everybody")
    (stalled,) = [each for each in connections(node) if each.user_id == viewer.id]
    # What a stalled client leaves unread: nothing is taken from the queue any more.
    stalled.queue.call(lambda: None)
    for number in range(MAX_FRAMES + 1):
        send_hint("everybody", str(number))
    assert await slow.closed() == 1013
    assert [await hint(quick) for _ in range(3)] == ["0", "1", "2"]
    await slow.leave()
    await quick.leave()


async def test_a_notification_that_is_not_registered_is_not_sent(
    node: Node, socket_of: SocketOf, viewer: User, caplog: pytest.LogCaptureFixture
) -> None:
    async with socket_of(viewer) as socket:
        await socket.call("topic.follow", topic="everybody")
        realtime.send_notification(topic="everybody", method="log.unknown", params={})
        send_hint("everybody", "known")
        assert await hint(socket) == "known"
    assert "log.unknown is not registered" in caplog.text
