"""Bundles do not wait for files: what only reads is answered beside the rest, a few at once."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from stages.replication.link.frames import MAX_FIRST_FRAME, Request, request_frame
from stages.replication.link.links import MAX_BESIDE
from stages.replication.link.methods import Answer, Method, Remote
from stages.replication.link.requests import MAX_CHARACTERS, MAX_WAITING, WaitingRequests
from tests.patience import PATIENCE
from tests.replication.link.sites import STATE
from tests.replication.link.wires import Links, MemoryWire, wires

PIECE = b"x" * 1_000


class Files:
    """Methods of a site: files that come when the test lets them, and bundles."""

    def __init__(self) -> None:
        self.began = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.reading = 0
        self.most = 0
        self.taken: list[int] = []
        self._guard = threading.Lock()

    def blob(self, _remote: Remote, _params: Mapping[str, Any]) -> Answer:
        with self._guard:
            self.reading += 1
            self.most = max(self.most, self.reading)
        self.began.release()
        assert self.may_end.acquire(timeout=PATIENCE)
        with self._guard:
            self.reading -= 1
        return Answer({"length": len(PIECE)}, PIECE)

    def push(self, _remote: Remote, params: Mapping[str, Any]) -> Answer:
        self.taken.append(params["number"])
        return Answer({"number": params["number"]})

    @property
    def methods(self) -> dict[str, Method]:
        return {
            "blob.get": Method(answer=self.blob, only_reads=True),
            "bundles.push": Method(answer=self.push),
        }


@pytest.fixture
def files(settings: Any) -> Iterator[Files]:
    # More than are answered at once, so that it is not the threads that bound them.
    settings.FOUNDRY_READ_THREADS = MAX_BESIDE + 3
    made = Files()
    yield made
    made.may_end.release(100)


async def begun(files: Files, count: int) -> None:
    for _ in range(count):
        assert await asyncio.to_thread(files.began.acquire, timeout=PATIENCE)


async def test_bundles_are_taken_in_their_order_while_files_are_read(files: Files) -> None:
    async with Links(files.methods, {}).running() as links:
        one, other = wires()
        asker, _ = links.begin(one)
        links.begin(other)
        async with asyncio.timeout(PATIENCE):
            await asker.call("state", STATE)
            blobs = [asyncio.create_task(asker.call_for_frame("blob.get", {})) for _ in range(MAX_BESIDE + 2)]
            await begun(files, MAX_BESIDE)
            for number in range(20):
                assert await asker.call("bundles.push", {"number": number}) == {"number": number}
            assert files.taken == list(range(20))
            assert files.most == files.reading == MAX_BESIDE
            files.may_end.release(MAX_BESIDE + 2)
            assert {data for _facts, data in await asyncio.gather(*blobs)} == {PIECE}
            assert files.most == MAX_BESIDE


async def test_the_bytes_of_an_answer_follow_it_whoever_else_sends(files: Files) -> None:
    async with Links(files.methods, {}).running() as links:
        # With room for one frame, whoever sends waits in between.
        one, other = wires(room=1)
        asker, _ = links.begin(one)
        answerer, _ = links.begin(other)
        files.may_end.release(40)
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(asker.call("state", STATE), answerer.call("state", STATE))
            blobs = [asker.call_for_frame("blob.get", {}) for _ in range(10)]
            pushes = [answerer.call("bundles.push", {"number": number}) for number in range(10)]
            # A text where bytes come next would have closed the link.
            await asyncio.gather(*blobs, *pushes)
        kinds = [isinstance(frame, bytes) or "length" in frame for frame in other.sent]
        assert kinds.count(True) == 20
        for announced, follows in zip(other.sent, other.sent[1:], strict=False):
            assert isinstance(announced, bytes) or ("length" in announced) == isinstance(follows, bytes)


async def ask(wire: MemoryWire, number: int, method: str, params: Any) -> None:
    await wire.send(request_frame(number, method, params))


@pytest.mark.parametrize(
    ("count", "filling", "code"), [(MAX_BESIDE + MAX_WAITING + 1, 0, 4429), (1, MAX_FIRST_FRAME, 1009)]
)
async def test_whoever_asks_for_too_much_is_closed(files: Files, count: int, filling: int, code: int) -> None:
    async with Links(files.methods, {}).running() as links:
        stranger, wire = wires()
        _link, run = links.begin(wire)
        await ask(stranger, 1, "state", STATE)
        for number in range(2, 2 + MAX_BESIDE):
            await ask(stranger, number, "blob.get", {})
        await begun(files, MAX_BESIDE)
        for number in range(10, 10 + count):
            # One after the other, as it waits for none of them.
            await ask(stranger, number, "blob.get", {"filling": "x" * filling})
            await asyncio.sleep(0)
        async with asyncio.timeout(PATIENCE):
            assert (await run).code == code


async def test_nothing_further_is_read_while_large_requests_wait() -> None:
    """However large the frames of the other site, only so much of them is in memory."""
    requests = WaitingRequests()
    large = [Request(number, "bundles.push", {}, MAX_CHARACTERS // 2) for number in range(3)]
    for each in large[:2]:
        requests.add(each)
        await requests.has_room()
    requests.add(large[2])
    waiting = asyncio.create_task(requests.has_room())
    assert await requests.next() is large[0]
    # It is being answered, and so still there.
    assert not waiting.done()
    async with asyncio.timeout(PATIENCE):
        assert await requests.next() is large[1]
        await waiting
