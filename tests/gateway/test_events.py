"""Snapshot and events together are the state: whoever applies the events knows what a newcomer is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

import realtime
from accounts.callers import Caller
from accounts.models import User
from audit.models import Event, project_chain
from drafts.models import Draft
from drafts.services import save_draft
from gateway.node import Node
from locking.services import acquire_lock, hand_over_lock, release_lock, take_over_lock
from locking.sessions import OpenedSession, open_session
from projects.models import Project
from projects.services import (
    add_member,
    archive_project,
    change_role,
    remove_member,
    reopen_project,
    update_project,
)
from realtime.subscriber import MAX_FRAMES
from tests.gateway.client import Client
from tests.gateway.conftest import SocketOf, connections, followed, in_thread
from tests.patience import PATIENCE

pytestmark = pytest.mark.usefixtures("node")

PROMPT = "prompt_text"
Acts = dict[str, Callable[[], Any]]


def applied(snapshot: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    """What a client makes of one event; only `last + 1` may be applied."""
    assert event["seq"] == snapshot["seq"] + 1
    state = {**snapshot, "seq": event["seq"], "locks": list(snapshot["locks"])}
    name, data = event["name"], event["data"]
    if name.startswith("lock."):
        state["locks"] = [lock for lock in state["locks"] if lock["field"] != data["field"]]
        if name != "lock.released":
            state["locks"].append({**data, "since": event["at"]})
    elif name == "draft.saved":
        state["current_version"] = data["version"]
    elif name == "project.updated" or "status" in data:
        state["project"] = {**state["project"], **data}
    return state


def state_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {name: snapshot[name] for name in ("seq", "project", "current_version", "locks")}


@pytest.fixture
def acts(
    project: Project, owner: User, editor: User, viewer: User, outsider: User, caller_for: Callable[..., Caller]
) -> Acts:
    """Every action that a project's chain knows, one after the other, through its service."""
    boss, writer = caller_for(owner), caller_for(editor)
    here: dict[str, Any] = {"project_id": project.id}
    sessions: dict[str, OpenedSession] = {}

    def session(caller: Caller) -> Any:
        key = str(caller.user.id)
        if key not in sessions:
            sessions[key] = open_session(caller=caller, **here, connected=False)
        return sessions[key].session_id

    def take() -> Any:
        return acquire_lock(caller=writer, **here, field=PROMPT, session_id=session(writer))

    def save() -> Draft:
        tokens = {PROMPT: take().token}
        current = Draft.objects.filter(project=project).count()
        return save_draft(
            caller=writer,
            **here,
            session_id=session(writer),
            base_version=current,
            changes={PROMPT: f"Version {current + 1}"},
            tokens=tokens,
        )

    return {
        "project.updated": lambda: update_project(caller=boss, **here, name="New name", is_private=False),
        "member.added": lambda: add_member(caller=boss, **here, user_id=outsider.id, role="viewer"),
        "member.role_changed": lambda: change_role(
            caller=boss, **here, user_id=outsider.id, role="editor", reason="Helps"
        ),
        "member.removed": lambda: remove_member(caller=boss, **here, user_id=outsider.id, reason="Has left"),
        "lock.acquired": take,
        "draft.saved": save,
        "lock.handed_over": lambda: hand_over_lock(
            caller=writer, **here, session_id=session(writer), field=PROMPT, to=session(boss)
        ),
        "lock.released": lambda: release_lock(caller=boss, **here, session_id=session(boss), field=PROMPT),
        "lock.taken_over": lambda: (
            take(),
            take_over_lock(caller=boss, **here, session_id=session(boss), field=PROMPT, reason="Urgent"),
        ),
        "project.archived": lambda: archive_project(caller=boss, **here),
        "project.reopened": lambda: reopen_project(caller=boss, **here, reason="Needed again"),
    }


async def test_snapshot_and_events_are_a_fresh_snapshot_after_every_action(
    socket_of: SocketOf, viewer: User, project: Project, acts: Acts
) -> None:
    async with socket_of(viewer) as watcher:
        state = watcher.snapshot
        for name, act in acts.items():
            await in_thread(act)
            newest = await in_thread(Event.objects.newest_seq, project_chain(project.id))
            names = set()
            while state["seq"] < newest:
                event = await watcher.event()
                names.add(event["name"])
                state = applied(state, event)
            assert name in names
            async with socket_of(viewer, after=state["seq"]) as newcomer:
                assert state_of(state) == state_of(newcomer.snapshot), name
                assert newcomer.snapshot["reset"] is False


async def test_a_lost_frame_is_filled_in(
    socket_of: SocketOf, viewer: User, acts: Acts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second event is not published; still they come, in order."""
    published, lost = realtime.publish, []

    def forgetful(**message: Any) -> None:
        if message["seq"] % 2:
            lost.append(message["seq"])
        else:
            published(**message)

    monkeypatch.setattr(realtime, "publish", forgetful)
    async with socket_of(viewer) as watcher:
        state = watcher.snapshot
        for act in acts.values():
            await in_thread(act)
        monkeypatch.undo()
        await in_thread(acts["project.archived"])
        while state["project"]["status"] != "archived" or state["seq"] <= lost[-1]:
            state = applied(state, await watcher.event())
        assert lost


async def test_a_gap_of_thousands_closes_no_socket(
    socket_of: SocketOf, viewer: User, project: Project, acts: Acts
) -> None:
    """More at once than a slow reader's queue holds, of which nobody heard."""
    count = 3 * MAX_FRAMES
    repeat = """
        INSERT INTO audit_event (canonical)
        SELECT event.canonical FROM generate_series(1, %s) CROSS JOIN audit_event AS event
        WHERE event.chain = %s AND event.seq = 1
    """

    def happen_unheard() -> None:
        with connection.cursor() as cursor:
            cursor.execute(repeat, [count, project_chain(project.id)])

    async with socket_of(viewer) as watcher:
        first = watcher.snapshot["seq"]
        await in_thread(happen_unheard)
        await in_thread(acts["project.updated"])
        for number in range(1, count + 2):
            assert (await watcher.event())["seq"] == first + number


async def test_eight_writers_of_eight_fields_at_once(
    socket_of: SocketOf, editor: User, viewer: User, project: Project
) -> None:
    """Every save that was acknowledged is there once, the versions have no gap, and a watcher sees all in order."""
    each = 5
    fields = [f"files/part-{number}.md" for number in range(8)]

    async def write(field: str) -> list[int]:
        async with socket_of(editor) as writer:
            token = (await writer.call("lock.acquire", field=field))["token"]
            versions: list[int] = []
            for number in range(each):
                change = {"language": "markdown", "content": f"{field} {number}"}
                draft = await writer.call(
                    "draft.save",
                    base_version=versions[-1] if versions else 0,
                    changes={field: change},
                    tokens={field: token},
                )
                versions.append(draft["version_number"])
            return versions

    async with socket_of(viewer) as watcher:
        acknowledged = await asyncio.gather(*(write(field) for field in fields))
        state = watcher.snapshot
        while state["current_version"] < 8 * each or state["locks"]:
            state = applied(state, await watcher.event())
    versions = sorted(number for numbers in acknowledged for number in numbers)
    assert versions == list(range(1, 8 * each + 1))
    newest = await in_thread(Draft.objects.get, project=project, version_number=8 * each)
    assert sorted(newest.files) == [field.removeprefix("files/") for field in fields]
    assert state["seq"] == await in_thread(Event.objects.newest_seq, project_chain(project.id))


async def test_what_happens_while_the_snapshot_is_read_comes_after_it(
    socket_of: SocketOf, editor: User, viewer: User
) -> None:
    """Newcomers join while somebody saves without a pause; nobody misses an event or sees one twice."""
    total = 30

    async def follow() -> None:
        async with socket_of(viewer) as socket:
            state = socket.snapshot
            while state["current_version"] < total:
                state = applied(state, await socket.event())

    async with socket_of(editor) as writer:
        token = (await writer.call("lock.acquire", field=PROMPT))["token"]
        followers = []
        for number in range(total):
            if number % 5 == 0:
                followers.append(asyncio.create_task(follow()))
            await writer.call("draft.save", base_version=number, changes={PROMPT: f"v{number}"}, tokens={PROMPT: token})
        await asyncio.gather(*followers)


async def test_the_head_tells_seq_and_people(socket_of: SocketOf, viewer: User, node: Node) -> None:
    async with socket_of(viewer) as watcher:
        await node.hub.send_heads()
        head = await watcher.notification(lambda frame: frame["method"] == "head")
        assert head == {"seq": watcher.snapshot["seq"], "present": [{"user": viewer.person(), "fields": []}]}


async def test_people_come_go_and_move(socket_of: SocketOf, editor: User, viewer: User) -> None:
    async with socket_of(viewer) as watcher:
        one, two = socket_of(editor), socket_of(editor)
        await one.open()
        joined = await watcher.ephemeral("presence.joined")
        while joined["actor"] != editor.person():
            joined = await watcher.ephemeral("presence.joined")
        assert joined["data"] == {"user": editor.person()}
        await two.open()
        await one.call("cursor.move", field=PROMPT, anchor=0, head=0)
        await two.call("lock.acquire", field="model_configuration")
        there = {"user": editor.person(), "fields": ["model_configuration", PROMPT]}
        async with asyncio.timeout(PATIENCE):
            while there not in await present_to(socket_of(viewer)):
                pass
        await one.leave()
        await two.leave()
        left = await watcher.ephemeral("presence.left")
        assert left["actor"] == editor.person()
        assert not [frame for frame in watcher.notifications if is_about(frame, editor)]


async def present_to(newcomer: Client) -> Any:
    """Who is here, as somebody sees it who comes now. Movements are told a moment after they happen."""
    async with newcomer:
        return newcomer.snapshot["present"]


def is_about(frame: dict[str, Any], user: User) -> bool:
    return bool(frame["method"] == "ephemeral" and frame["params"]["actor"] == user.person())


async def test_a_slow_socket_is_closed_1013_and_the_others_are_not(
    socket_of: SocketOf, viewer: User, editor: User, node: Node
) -> None:
    slow, quick = socket_of(viewer), socket_of(editor)
    await slow.open()
    await quick.open()
    (connection,) = [each for each in connections(node) if each.user_id == viewer.id]
    for number in range(2_000):
        connection.send_soon(f'{{"number": {number}}}')
    assert await slow.closed() == 1013
    assert await quick.call("ping") == {}
    await slow.leave()
    await quick.leave()


async def test_a_closed_socket_is_forgotten(socket_of: Callable[..., Client], viewer: User, node: Node) -> None:
    async with socket_of(viewer):
        assert len(node.connections) == 1
        assert len(followed(node)) == 1
    assert not node.connections
    assert not followed(node)
