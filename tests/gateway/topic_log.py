"""A topic with a history, as an app would register it, and what its followers get."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import pytest

import realtime
from accounts.callers import Caller
from gateway.streams import StreamSource, topic_id
from projects.access import get_project
from realtime.frames import Frame, notification_frame
from tests.gateway.client import RefusedError


class Log:
    """A history in memory: the lines of each topic, as committed rows would be."""

    def __init__(self) -> None:
        self.lines: defaultdict[str, list[str]] = defaultdict(list)
        self.reads: list[int] = []

    def read(self, topic: str, after: int, limit: int) -> Sequence[Frame]:
        self.reads.append(after)
        return [Frame(seq, seq, self.frame(topic, seq)) for seq in range(after + 1, len(self.lines[topic]) + 1)][:limit]

    def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        return {topic: len(self.lines[topic]) for topic in topics}

    def commit(self, topic: str, *lines: str, is_lost: bool = False) -> None:
        """Write lines, and send them in one frame unless it is lost."""
        first = len(self.lines[topic]) + 1
        self.lines[topic] += lines
        last = len(self.lines[topic])
        if not is_lost:
            realtime.publish(topic=topic, seq=last, seq_from=first, frame=self.frame(topic, first, last))

    def frame(self, topic: str, first: int, last: int | None = None) -> str:
        last = last or first
        return notification_frame("log.lines", {"seq": last, "lines": self.lines[topic][first - 1 : last]})


class SourceWithHeads(StreamSource):
    async def head_frames(self, heads: Mapping[str, int]) -> Mapping[str, str]:
        return {topic: notification_frame("log.head", {"seq": seq}) for topic, seq in heads.items()}


def authorize(caller: Caller, topic: str) -> UUID:
    """Whoever may read the project that the topic names."""
    return get_project(user=caller.user, project_id=topic_id(topic)).project.id


def admit(caller: Caller, topic: str) -> None:
    return None


async def lines(socket: Any) -> Any:
    """The next lines of a log that the socket gets."""
    return (await socket.notification(lambda frame: frame["method"] == "log.lines"))["lines"]


async def hint(socket: Any) -> Any:
    return (await socket.notification(lambda frame: frame["method"] == "log.hint"))["text"]


def send_hint(topic: str, text: str, origin: str | None = None) -> None:
    realtime.send_notification(topic=topic, method="log.hint", params={"text": text}, origin=origin)


async def refusal(socket: Any, method: str, **params: Any) -> str:
    with pytest.raises(RefusedError) as refused:
        await socket.call(method, **params)
    return str(refused.value.problem["code"])
