"""Live topics other than projects: what an app registers so that sockets may follow them.

    TOPIC_TYPES.register("run.*", TopicType(authorize=authorize_run, history=RunLogHistory()))

A topic is a text of ASCII letters, digits, `.`, `_` and `-`. Its type is registered by the whole of it
(`broadcast.all`), or with `*` for its second part (`run.*`, `team.*.rules`).

Frames go out by `realtime.publish` (numbered: 1, 2, 3 … without a gap, each after its content is committed, one frame
for as many numbers as were committed together) or `realtime.send_notification` (unnumbered, best effort).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from gateway.execution import Lanes
from kernel.errors import NotFound
from kernel.registry import Registry
from realtime.frames import Frame
from realtime.sources import TopicSource

# Frames that are read at once: to fill a gap in the hub, or for a socket that comes back.
BATCH: Final = 500

_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,90}", re.ASCII)


class FrameHistory(Protocol):
    """Where the frames of numbered topics are read again. Both functions block; they run in a thread for reads."""

    def read(self, topic: str, after: int, limit: int) -> Sequence[Frame]:
        """The next frames after a number, at most `limit`; the first begins with `after + 1`, and none is left out.

        The records of one committed frame may be given in other pieces than it had. Empty where nothing is newer, or
        where what follows is not kept any more.
        """

    def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        """The newest number of each topic (0 or absent: none), in one query."""


class StreamSource:
    """What the hub knows of the registered topics of one type (`realtime.sources.TopicSource`).

    A type with heads of its own, or with something to remember on each node, registers a subclass.
    """

    def __init__(self, lanes: Lanes, history: FrameHistory | None) -> None:
        self.lanes = lanes
        self.history = history

    @property
    def is_numbered(self) -> bool:
        return self.history is not None

    async def frames(self, topic: str, after: int) -> Sequence[Frame]:
        if self.history is None:
            return ()
        return await self.lanes.read(functools.partial(self.history.read, topic, after, BATCH))

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        if self.history is None:
            return {}
        return await self.lanes.read(functools.partial(self.history.heads, topics))

    async def head_frames(self, heads: Mapping[str, int]) -> Mapping[str, str]:
        return {}

    def observe(self, topic: str, frame: str) -> None:
        """Nothing is remembered of a frame."""

    def notice(self, topic: str, text: str) -> None:
        """Nothing is done about a notice."""


@dataclass(frozen=True, slots=True)
class TopicType:
    """A kind of topic that sockets may follow.

    `authorize(caller, topic)` raises `NotFound` or `PermissionDenied` for whoever may not, and answers the project that
    the right depends on, or None; it blocks. It is asked when a socket begins to follow the topic, and again whenever
    an event may have ended or lowered the access of the socket's account, in that project or altogether.

    A topic is numbered if it has a `history`. `source` makes what the hub asks; one for each node.
    """

    authorize: Callable[[Caller, str], UUID | None]
    history: FrameHistory | None = None
    source: Callable[[Lanes, FrameHistory | None], TopicSource] = StreamSource


TOPIC_TYPES: Final = Registry[TopicType]("type of topic")


def topic_pattern(topic: str) -> str:
    """The name under which the topic's type is registered. Raises `NotFound`."""
    if _TOPIC.fullmatch(topic):
        first, _dot, rest = topic.partition(".")
        _second, dot, last = rest.partition(".")
        for name in (topic, f"{first}.*{dot}{last}"):
            if name in TOPIC_TYPES:
                return name
    raise NotFound(_("Topic not found."), topic=topic[:90])


def topic_id(topic: str) -> UUID:
    """The id that is the second part of a topic, such as `run.<id>`. Raises `NotFound`."""
    try:
        return UUID(topic.split(".")[1])
    except (IndexError, ValueError):
        raise NotFound(_("Topic not found."), topic=topic[:90]) from None
