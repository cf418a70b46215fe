"""One socket's place in a topic: a bounded queue between the hub and the socket's writer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

MOST_FRAMES: Final = 1_000
MOST_CHARACTERS: Final = 8 * 1024 * 1024


class Subscriber:
    """Frames wait here from the moment of joining; `start` says from which `seq` on they matter.

    Whoever writes them to the socket gives `call` something to be called back by and takes frames until there are none;
    so nothing runs, and nothing is kept, for a socket that is told nothing. A reader that is too slow loses its queue,
    and `overflowed` is called once: its socket has to be closed.
    """

    __slots__ = ("_after", "_arrived", "_characters", "_frames", "_most_characters", "_most_frames", "_overflowed",
                 "is_full", "origin", "topic")  # fmt: skip

    def __init__(
        self,
        topic: str,
        *,
        origin: str | None,
        overflowed: Callable[[], None],
        most_frames: int = MOST_FRAMES,
        most_characters: int = MOST_CHARACTERS,
    ) -> None:
        self.topic = topic
        self.origin = origin
        self.is_full = False
        self._overflowed = overflowed
        self._most_frames = most_frames
        self._most_characters = most_characters
        self._frames: deque[tuple[int, str]] = deque()
        self._characters = 0
        self._after = 0
        self._arrived: Callable[[], None] | None = None

    def start(self, after: int) -> None:
        """Forget the events up to and including `after`: the snapshot has told of them."""
        self._after = after
        kept = deque((seq, frame) for seq, frame in self._frames if seq == 0 or seq > after)
        self._frames = kept
        self._characters = sum(len(frame) for _, frame in kept)

    def push(self, seq: int, frame: str) -> None:
        """Queue one frame; `seq` is 0 for what has no number."""
        if self.is_full or (seq and seq <= self._after):
            return
        self._characters += len(frame)
        self._frames.append((seq, frame))
        if len(self._frames) > self._most_frames or self._characters > self._most_characters:
            self.is_full = True
            self._frames.clear()
            self._overflowed()
        elif self._arrived is not None:
            self._call_back()

    def call(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` once, as soon as a frame waits: at once where one does."""
        self._arrived = arrived
        if self._frames:
            self._call_back()

    def take(self) -> list[str]:
        """All frames that wait, oldest first."""
        frames = [frame for _, frame in self._frames]
        self._frames.clear()
        self._characters = 0
        return frames

    def _call_back(self) -> None:
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            arrived()
