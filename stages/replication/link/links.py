"""A link that is open: requests and answers both ways over one WebSocket, and what works along with it."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from gateway.execution import Lanes
from kernel.errors import DomainError, Unavailable
from kernel.tasks import end
from stages.replication.link.access import LinkedPeer
from stages.replication.link.answered import AnsweredState
from stages.replication.link.calls import Answered, Calls
from stages.replication.link.close_codes import LinkClose, LinkClosed
from stages.replication.link.frames import (
    MAX_FIRST_FRAME,
    MAX_FRAME,
    FrameTooLargeError,
    Request,
    Response,
    decode,
    error_frame,
    refusal_frame,
    request_frame,
    result_frame,
)
from stages.replication.link.methods import (
    METHODS,
    NO_SUCH_METHOD,
    WORKERS,
    Answer,
    BadContent,
    Method,
    Remote,
    RemoteError,
    Worker,
)
from stages.replication.link.requests import MAX_WAITING, WaitingRequests
from stages.replication.link.waking import News, Waking
from stages.replication.link.wires import Wire

logger = logging.getLogger(__name__)

# Requests that only read are answered beside the others, so many at once: no bundle waits for a file.
MAX_BESIDE: Final = 4
# Larger frames are read and written in threads.
LARGE: Final = 64 * 1024
# Seconds.
ANSWER_TIMEOUT: Final = 120.0

INTERNAL_ERROR: Final = -32603
STATE: Final = "state"


class SiteLink:
    """One link; both sides have proved who they are. It works while `run` does."""

    def __init__(self, wire: Wire, lanes: Lanes, peer: LinkedPeer, *, by_us: bool) -> None:
        self.peer = peer
        self.by_us = by_us
        self._lanes = lanes
        self._peer_state: Mapping[str, Any] = {}
        self._wire = wire
        self._calls = Calls()
        self._waking = Waking()
        self._requests = WaitingRequests()
        self._beside: asyncio.Queue[Request] = asyncio.Queue(MAX_WAITING)
        # The bytes of an answer follow its text at once, whoever else has something to send.
        self._sending = asyncio.Lock()
        self._answered_state: AnsweredState | None = None
        self._has_heard = False
        self._ending: asyncio.Future[LinkClosed] = asyncio.get_running_loop().create_future()
        self._received_state = asyncio.Event()
        self._sent_state = asyncio.Event()

    @property
    def project_id(self) -> UUID:
        return self.peer.project_id

    @property
    def peer_key(self) -> str:
        return self.peer.key

    @property
    def peer_state(self) -> Mapping[str, Any]:
        return self._peer_state

    @property
    def lanes(self) -> Lanes:
        return self._lanes

    @property
    def remote(self) -> Remote:
        return Remote(self.peer.project_id, self.peer.id, self.peer.key)

    async def run(self) -> LinkClosed:
        """Work until one side ends it; answers why."""
        parts = [self._read(), self._answer_requests(), self._work_along()]
        parts += [self._answer_beside() for _ in range(MAX_BESIDE)]
        tasks = [self._begin(part) for part in parts]
        try:
            closed = await asyncio.shield(self._ending)
        except asyncio.CancelledError:
            closed = LinkClosed(LinkClose.RESTARTING)
            raise
        finally:
            await end(*tasks)
            self._calls.cancel()
            if not closed.by_peer:
                await self._wire.close(closed.code)
        return closed

    def close(self, code: LinkClose, reason: str = "") -> None:
        """Have it end; the first reason is kept."""
        self._end(LinkClosed(code, reason))

    def wake(self, *news: News) -> None:
        """There may be something new: of these kinds, or of any."""
        self._waking.wake(*news)

    async def woken(self, seconds: float, /, *news: News) -> frozenset[News]:
        """Wait for what is new of these kinds, or of any, at most so many seconds; answers what it is."""
        return await self._waking.woken(seconds, *news)

    def has_heard(self) -> bool:
        """Whether the other site has said something since this was last asked."""
        found, self._has_heard = self._has_heard, False
        return found

    async def call(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Ask the other site. Raises `RemoteError`."""
        return (await self._ask(method, params, has_bytes=False))[0]

    async def call_for_frame(self, method: str, params: Mapping[str, Any]) -> tuple[dict[str, Any], bytes]:
        """The same for a method that answers bytes. Raises `RemoteError`."""
        return await self._ask(method, params, has_bytes=True)

    async def _ask(self, method: str, params: Mapping[str, Any], *, has_bytes: bool) -> Answered:
        number, answered = self._calls.begin(has_bytes=has_bytes)
        try:
            await self._send(await self._encoded(functools.partial(request_frame, number, method, params), params))
            async with asyncio.timeout(ANSWER_TIMEOUT):
                answer = await answered
        except TimeoutError:
            self.close(LinkClose.SILENT, f"{method} is not answered")
            raise RemoteError(LinkClose.SILENT, "no answer") from None
        except LinkClosed as closed:
            self._end(closed)
            raise RemoteError(closed.code, "the link has ended") from None
        except FrameTooLargeError as error:
            self._calls.forget(number)
            raise RemoteError(LinkClose.TOO_LARGE, str(error)) from None
        if method == STATE:
            self._sent_state.set()
        return answer

    def _begin(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.create_task(work, name=f"link {self.peer_key[:8]}")
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        """A part has ended: the link ends with it where it failed."""
        error = None if task.cancelled() else task.exception()
        if isinstance(error, LinkClosed):
            self._end(error)
        elif isinstance(error, BadContent):
            self._end(LinkClosed(LinkClose.BAD_CONTENT, str(error)))
        elif isinstance(error, Unavailable):
            self._end(LinkClosed(LinkClose.TRY_LATER))
        elif error is not None:
            logger.error("A link with %s failed", self.peer, exc_info=error)
            self._end(LinkClosed(LinkClose.TRY_LATER))

    def _end(self, closed: LinkClosed) -> None:
        if not self._ending.done():
            self._ending.set_result(closed)

    async def _read(self) -> None:
        while True:
            frame = await self._wire.receive()
            self._has_heard = True
            if isinstance(frame, bytes):
                self._calls.take_bytes(frame)
                continue
            self._calls.expect_text()
            message = await self._decoded(frame)
            if isinstance(message, Response):
                self._calls.take_response(message)
            else:
                self._requests.add(message)
                await self._requests.has_room()

    async def _answer_requests(self) -> None:
        while True:
            request = await self._requests.next()
            if not self._received_state.is_set() and request.method != STATE:
                raise BadContent(f"{request.method} before the first state")
            method = METHODS.get(request.method)
            if method is None:
                # A newer version, or one with other stages, may ask for more than this one knows.
                await self._send(error_frame(request.id, NO_SUCH_METHOD, "There is no such method."))
            elif request.method == STATE:
                await self._answer_state(request, method)
            elif method.only_reads:
                self._put_beside(request)
            else:
                await self._answer(request, method)
                self.wake(News.TAKEN)

    def _put_beside(self, request: Request) -> None:
        if request.size > MAX_FIRST_FRAME:
            raise LinkClosed(LinkClose.TOO_LARGE, f"{request.method} of {request.size} characters")
        if self._beside.full():
            raise LinkClosed(LinkClose.TOO_MANY, "too many requests at once")
        self._beside.put_nowait(request)

    async def _answer_beside(self) -> None:
        while True:
            request = await self._beside.get()
            await self._answer(request, METHODS[request.method])

    async def _answer_state(self, request: Request, method: Method) -> None:
        """Take in what the other site has, unless it says the same again and nothing has happened here."""
        at = self._waking.count(News.BUNDLES, News.EVENTS, News.TAKEN)
        known = self._answered_state
        if known is not None and known.is_repeated(request.params, at):
            await self._send(result_frame(request.id, known.result))
            return
        began = asyncio.get_running_loop().time()
        result = await self._answer(request, method)
        self._answered_state = None if result is None else AnsweredState(request.params, result, at, began)
        self._peer_state = request.params
        self._received_state.set()
        self.wake(News.STATE)

    async def _answer(self, request: Request, method: Method) -> Mapping[str, Any] | None:
        """What was answered; None where it was refused."""
        answer: Answer | None = None
        try:
            answer = await self._in_lane(method, functools.partial(method.answer, self.remote, request.params))
            text = await self._encoded(functools.partial(result_frame, request.id, answer.result), answer.result)
        except (Unavailable, BadContent, LinkClosed):
            raise
        except DomainError as refusal:
            text = refusal_frame(request.id, refusal)
            answer = None
        # Methods are registered by others: whatever is wrong with one is answered, and the link goes on.
        except Exception:
            logger.exception("%s of a link failed", request.method)
            text = error_frame(request.id, INTERNAL_ERROR, "Something went wrong here.")
            answer = None
        frames = (answer.frame,) if answer is not None and answer.frame else ()
        await self._send(text, *frames)
        return None if answer is None else answer.result

    async def _send(self, *frames: str | bytes) -> None:
        """Send frames one right after the other. Raises `LinkClosed`, also where the other site does not read them."""
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT), self._sending:
                for frame in frames:
                    await self._wire.send(frame)
        except TimeoutError:
            raise LinkClosed(LinkClose.SILENT, "it does not read what is sent") from None

    async def _in_lane(self, method: Method, work: Any) -> Answer:
        if method.only_reads:
            return await self._lanes.read(work)
        return await self._lanes.write_serialized(self.project_id, work)

    async def _work_along(self) -> None:
        """Start what works along once both sides have said what they have: before that nothing else is answered."""
        tasks = [self._begin(self._work("state", WORKERS[STATE]))]
        try:
            await self._received_state.wait()
            await self._sent_state.wait()
            tasks += [self._begin(self._work(name, each)) for name, each in WORKERS.items() if name != STATE]
            await asyncio.gather(*tasks)
        finally:
            await end(*tasks)

    async def _work(self, name: str, worker: Worker) -> None:
        try:
            await worker(self)
        except (LinkClosed, BadContent, Unavailable):
            raise
        except RemoteError as error:
            # A site of another version, or with other stages, may know less than this one: that is no fault.
            is_fault = error.code != NO_SUCH_METHOD and not self._ending.done()
            level = logging.WARNING if is_fault else logging.DEBUG
            logger.log(level, "%s of a link with %s has ended: %s", name, self.peer, error)
        # Workers are registered by others: one that fails does not take the link from the rest.
        except Exception:
            logger.exception("%s of a link with %s failed", name, self.peer)

    async def _decoded(self, frame: str) -> Request | Response:
        if len(frame) > MAX_FRAME:
            raise LinkClosed(LinkClose.TOO_LARGE)
        return decode(frame) if len(frame) < LARGE else await self._lanes.read(functools.partial(decode, frame))

    async def _encoded(self, encode: Any, content: Mapping[str, Any]) -> str:
        text: str = await self._lanes.read(encode) if "bundles" in content or "events" in content else encode()
        return text
