"""Links that are quiet ask Postgres for next to nothing: what is new wakes whom it concerns, and nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from audit.live import topic_of
from realtime.frames import notification_frame
from realtime.hub import FrameQueue
from stages.replication.home import working
from stages.replication.link import states
from stages.replication.link.close_codes import LinkClose
from stages.replication.link.following import ProjectEvents
from stages.replication.link.methods import Answer, Method
from stages.replication.link.states import send_state
from stages.replication.link.waking import LOOK_AGAIN, News, Waking, jittered
from tests.patience import PATIENCE
from tests.replication.link.sites import STATE
from tests.replication.link.wires import Links, wires


class Counted:
    """Something that links call in threads; the test waits until it was called so often."""

    def __init__(self, outcome: Callable[[], Any]) -> None:
        self.calls = 0
        self._outcome = outcome
        self._loop = asyncio.get_running_loop()
        self._called = asyncio.Event()

    def __call__(self, *_given: Any, **_named: Any) -> Any:
        self.calls += 1
        self._loop.call_soon_threadsafe(self._called.set)
        return self._outcome()

    async def until(self, calls: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while self.calls < calls:
                self._called.clear()
                await self._called.wait()


async def test_news_wakes_whom_it_concerns() -> None:
    waking = Waking()
    async with asyncio.timeout(PATIENCE):
        waking.wake(News.STATE)
        assert await waking.woken(PATIENCE, News.STATE, News.BUNDLES) == {News.STATE}
        waking.wake(News.EVENTS)
        assert await waking.woken(0, News.STATE, News.BUNDLES) == set()
        # Nothing of it is forgotten by who asks for something else in between.
        assert await waking.woken(PATIENCE, News.EVENTS) == {News.EVENTS}
        waiting = asyncio.create_task(waking.woken(PATIENCE, News.WANTED))
        await asyncio.sleep(0)
        waking.wake(News.BUNDLES)
        await asyncio.sleep(0)
        assert not waiting.done()
        waking.wake()
        assert News.WANTED in await waiting
        assert waking.count(News.BUNDLES, News.WANTED) == 3
    assert all(0.8 * LOOK_AGAIN <= jittered(LOOK_AGAIN) <= LOOK_AGAIN for _ in range(100))


async def test_an_event_wakes_the_record_and_no_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = Counted(lambda: None)
    monkeypatch.setattr(working, "next_push", looked)
    monkeypatch.setattr(working, "may_copy", lambda *_given: True)
    async with Links({}, {"record": working.push_record}).running() as links:
        one, other = wires()
        link, _ = links.begin(one)
        links.begin(other)
        # At both ends, at the beginning and for the first state.
        await looked.until(4)
        for number in (5, 6, 7):
            link.wake(News.BUNDLES, News.WANTED)
            link.wake(News.EVENTS)
            await looked.until(number)
        assert looked.calls == 7


async def test_the_events_of_a_project_wake_no_link_of_a_site_without_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, pushed = Counted(lambda: False), Counted(lambda: None)
    monkeypatch.setattr(working, "may_copy", asked)
    monkeypatch.setattr(working, "next_push", pushed)
    async with Links({}, {"record": working.push_record}).running() as links:
        one, other = wires()
        link, _ = links.begin(one)
        links.begin(other)
        await asked.until(4)
        link.wake(News.EVENTS, News.BUNDLES)
        # A change of rights does.
        link.wake()
        await asked.until(5)
        assert (asked.calls, pushed.calls) == (5, 0)


async def test_the_same_is_said_again_without_looking_all_of_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    own, taken = Counted(lambda: {**STATE, "now": 1_000}), Counted(lambda: Answer({"forks": []}))
    monkeypatch.setattr(states, "INTERVAL", 0.02)
    monkeypatch.setattr(states, "own_state", own)
    shown = ["00" * 32]
    monkeypatch.setattr(states, "state_hash_of", lambda _project_id: shown[0])
    compared = Counted(lambda: None)
    monkeypatch.setattr(states, "_compare", compared)
    said = Counted(lambda: None)
    async with Links({"state": Method(answer=taken)}, {"state": send_state}).running() as links:
        one, other = wires()
        link, _ = links.begin(one)
        put = one.send

        async def send(frame: str | bytes) -> None:
            await put(frame)
            said()

        monkeypatch.setattr(one, "send", send)
        links.begin(other)
        await said.until(20)
        # Each looked at itself once, and took in once what the other one said.
        assert (own.calls, taken.calls) == (2, 2)
        times = [frame["params"]["now"] for frame in map(json.loads, one.sent) if frame.get("method") == "state"]
        assert times == sorted(times)
        # What happens here is looked up, and what the other one says then is taken in again.
        link.wake(News.EVENTS)
        await own.until(3)
        await taken.until(3)
        # A row that was changed by hand announces nothing.
        assert compared.calls == 0
        shown[0] = "11" * 32
        await compared.until(2)


async def test_what_is_not_the_same_is_taken_in() -> None:
    taken = Counted(lambda: Answer({"forks": []}))
    async with Links({"state": Method(answer=taken)}, {}).running() as links:
        one, other = wires()
        link, _ = links.begin(one)
        links.begin(other)
        await taken.until(2)
        for now, state_hash in ((1, "00" * 32), (2, "11" * 32), (3, "11" * 32)):
            await link.call("state", {**STATE, "now": now, "state_hash": state_hash})
        assert taken.calls == 3


@pytest.mark.parametrize("time", [{"now": -1}, {"now": 10**30}, {"now": True}, {"now": None}, {}])
async def test_what_is_the_same_needs_a_time_all_the_same(time: dict[str, Any]) -> None:
    taken = Counted(lambda: Answer({"forks": []}))
    async with Links({"state": Method(answer=taken)}, {}).running() as links:
        one, other = wires()
        link, _ = links.begin(one)
        _, ended = links.begin(other)
        await taken.until(2)
        same = {name: said for name, said in STATE.items() if name != "now"}
        asked = asyncio.create_task(link.call("state", {**same, **time}))
        assert (await ended).code == LinkClose.BAD_CONTENT
        await asyncio.wait({asked})
        assert taken.calls == 2


class Topics:
    """A hub that has joined everything at once."""

    def __init__(self) -> None:
        self.queues: dict[str, FrameQueue] = {}

    async def follow(self, name: str, queue: FrameQueue) -> str:
        self.queues[name] = queue
        return name

    async def leave(self, name: str) -> None:
        del self.queues[name]


async def test_the_events_of_linked_projects_are_followed_and_not_kept() -> None:
    happened: list[tuple[UUID, str]] = []
    hub: Any = Topics()
    events = ProjectEvents(hub, lambda *each: happened.append(each))
    first, second = uuid4(), uuid4()
    await events.follow({first, second})
    assert {each for each, _name in happened} == {first, second}
    await events.follow({first})
    assert list(hub.queues) == [topic_of(first)]
    happened.clear()
    queue = hub.queues[topic_of(first)]
    assert not queue.admit(notification_frame("event", {"seq": 7, "name": "site.revoked", "actor": {}, "data": {}}))
    assert not queue.admit(notification_frame("ephemeral", {"name": "event"}))
    assert happened == [(first, "site.revoked")]
    assert queue.take() == []
