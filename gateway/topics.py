"""The topics that one socket follows besides its project."""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from gateway.execution import Lanes
from gateway.streams import TOPIC_TYPES, topic_pattern
from kernel.errors import Conflict, DomainError, Unavailable
from realtime.frames import Frame
from realtime.hub import FrameQueue, Hub, LayerUnreachableError, Subscriber
from realtime.sources import TopicSource
from realtime.subscriber import MAX_CHARACTERS

MAX_TOPICS: Final = 32
# Characters of missed frames that are sent at once: half of what may wait for a socket.
MAX_CATCH_UP: Final = MAX_CHARACTERS // 2


class TopicHost(Protocol):
    """What following a topic takes from the node."""

    lanes: Lanes
    hub: Hub

    def source_of(self, topic: str) -> TopicSource:
        """What the hub asks about a topic."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a socket's frames of a topic begin: what it gets next is newer than `seq`, without a gap.

    With `reset` the numbers that the client has mean nothing here or are too far behind: it must read the state anew.
    `seq` is None for a topic without numbers.
    """

    seq: int | None
    reset: bool = False


@dataclass(slots=True)
class _Followed:
    subscriber: Subscriber
    project_id: UUID | None


class FollowedTopics:
    """Follows topics for one socket, whose frames go through `queue`."""

    def __init__(self, node: TopicHost, queue: FrameQueue, *, origin: str) -> None:
        self._node = node
        self._queue = queue
        self._origin = origin
        self._followed: dict[str, _Followed] = {}
        self._to_start: list[tuple[Subscriber, int, list[Frame]]] = []

    @property
    def project_ids(self) -> Collection[UUID]:
        """The projects that the right to follow some of them depends on."""
        return {each.project_id for each in self._followed.values() if each.project_id is not None}

    def __len__(self) -> int:
        return len(self._followed)

    def follows(self, topic: str) -> bool:
        """Whether it follows a topic."""
        return topic in self._followed

    def count_followers(self, topic: str) -> int:
        """How many sockets of this node follow a topic."""
        return self._node.hub.count_subscribers(topic)

    async def follow(self, caller: Caller, topic: str, after: int | None = None) -> Position:
        """Follow a topic from `after` on, or from now on; the frames come after the answer to the command.

        A topic that is followed already begins anew. Raises `NotFound`, `PermissionDenied`, `Unavailable`, and
        `Conflict` beyond `MAX_TOPICS`.
        """
        topic_type = TOPIC_TYPES[topic_pattern(topic)]
        if topic not in self._followed and len(self._followed) >= MAX_TOPICS:
            raise Conflict(
                _("A socket follows at most {max_topics} topics. Leave one first.").format(max_topics=MAX_TOPICS),
                limit=MAX_TOPICS,
            )
        project_id = await self._node.lanes.read(functools.partial(topic_type.authorize, caller, topic))
        await self.leave(topic)
        try:
            subscriber = await self._node.hub.follow(topic, self._queue, origin=self._origin)
        except LayerUnreachableError:
            raise Unavailable(_("Live updates are unavailable for a moment.")) from None
        self._followed[topic] = _Followed(subscriber, project_id)
        try:
            position, missed = await self._position(topic, after)
        except BaseException:
            await self.leave(topic)
            raise
        # What is missed leads from the position to `start`.
        start = missed[-1].seq if missed else position.seq or 0
        self._to_start.append((subscriber, start, missed))
        return position

    def start(self) -> None:
        """Let the frames of newly followed topics through, once the answers that name them have been sent."""
        starting, self._to_start = self._to_start, []
        for subscriber, after, missed in starting:
            followed = self._followed.get(subscriber.topic)
            if followed is not None and followed.subscriber is subscriber:
                subscriber.start(after, missed=missed)

    async def leave(self, topic: str) -> None:
        """Follow a topic no more; nothing happens where it was not followed."""
        followed = self._followed.pop(topic, None)
        if followed is not None:
            await self._node.hub.leave(followed.subscriber)

    async def leave_all(self) -> None:
        for topic in tuple(self._followed):
            await self.leave(topic)

    async def reauthorize(self, caller: Caller) -> dict[str, DomainError]:
        """Ask again for every topic, and leave those that the caller may not follow any more; answers why."""
        lost: dict[str, DomainError] = {}
        for topic, followed in tuple(self._followed.items()):
            authorize = functools.partial(TOPIC_TYPES[topic_pattern(topic)].authorize, caller, topic)
            try:
                followed.project_id = await self._node.lanes.upkeep(authorize)
            except Unavailable:
                raise
            except DomainError as refusal:
                lost[topic] = refusal
                await self.leave(topic)
        return lost

    async def _position(self, topic: str, after: int | None) -> tuple[Position, list[Frame]]:
        """Where to begin, and what was missed until now; read after joining, so that nothing falls in between."""
        source = self._node.source_of(topic)
        if not source.is_numbered:
            return Position(None), []
        head = (await source.heads([topic])).get(topic, 0)
        if after is None or after == head:
            return Position(head), []
        missed = list(await source.frames(topic, after)) if 0 <= after < head else []
        if not missed or not _leads(missed, after, head):
            return Position(head, reset=True), []
        return Position(after), missed


def _leads(frames: list[Frame], after: int, head: int) -> bool:
    """Whether frames lead from one number to at least another without a gap, and are few enough to be sent at once."""
    for frame in frames:
        if frame.seq_from != after + 1:
            return False
        after = frame.seq
    return after >= head and sum(len(frame.text) for frame in frames) <= MAX_CATCH_UP
