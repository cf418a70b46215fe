"""What the hub needs to know about topics, and what it passes on about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from realtime.frames import Frame


class TopicSource(Protocol):
    """The topics of one kind. The hub has one source for each kind and asks it about all its topics at once.

    Numbered topics begin with 1 and have no gaps; the source can read what was missed. For the others `frames`,
    `heads` and `head_frames` are never asked: what is lost on the way stays lost.
    """

    @property
    def is_numbered(self) -> bool:
        """Whether the frames of these topics have numbers."""

    async def frames(self, topic: str, after: int) -> Sequence[Frame]:
        """The next frames after a number, a bounded count of them; the first begins with `after + 1`."""

    async def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        """The newest number of each topic (0 or absent: none), in one query."""

    async def head_frames(self, heads: Mapping[str, int]) -> Mapping[str, str]:
        """What the sockets of these topics are sent every `HEAD_INTERVAL`, by topic; absent for nothing."""

    def observe(self, topic: str, frame: str) -> None:
        """See a numbered frame of a topic that is followed here, once, before the sockets get it."""

    def notice(self, topic: str, text: str) -> None:
        """See what a node has sent to all nodes about a topic that is followed here (`realtime.notify`)."""
