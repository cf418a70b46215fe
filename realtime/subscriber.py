"""What waits to be written to a socket, and the socket's place in each topic that it follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from realtime.frames import Frame

MAX_FRAMES: Final = 1_000
MAX_CHARACTERS: Final = 8 * 1024 * 1024


class FrameQueue:
    """The bounded queue between the hub and one socket, for all topics that the socket follows.

    Whoever writes the frames to the socket gives `call` something to be called back by and takes frames until there are
    none; so nothing runs, and nothing is kept, for a socket that is sent nothing. A reader that is too slow loses its
    queue, and `overflowed` is called once: its socket has to be closed.
    """

    __slots__ = ("_arrived", "_characters", "_count", "_frames", "_max_characters", "_max_frames", "_overflowed",
                 "is_full")  # fmt: skip

    def __init__(
        self,
        *,
        overflowed: Callable[[], None],
        max_frames: int = MAX_FRAMES,
        max_characters: int = MAX_CHARACTERS,
    ) -> None:
        self.is_full = False
        self._overflowed = overflowed
        self._max_frames = max_frames
        self._max_characters = max_characters
        # None while nothing waits: most sockets are idle.
        self._frames: deque[str] | None = None
        # Of all frames, those that subscribers still hold back included.
        self._count = 0
        self._characters = 0
        self._arrived: Callable[[], None] | None = None

    def admit(self, frame: str) -> bool:
        """Count a frame; False where it exceeds the bounds or they were exceeded before."""
        if self.is_full:
            return False
        self._count += 1
        self._characters += len(frame)
        if self._count > self._max_frames or self._characters > self._max_characters:
            self.is_full = True
            self._frames = None
            self._overflowed()
            return False
        return True

    def forget(self, frame: str) -> None:
        """A frame that was admitted will not be written."""
        self._count -= 1
        self._characters -= len(frame)

    def append(self, frame: str) -> None:
        """Queue a frame that was admitted."""
        if self._frames is None:
            self._frames = deque()
        self._frames.append(frame)
        if self._arrived is not None:
            self._call_back()

    def call(self, arrived: Callable[[], None]) -> None:
        """Call `arrived` once, as soon as a frame waits: at once where one does."""
        self._arrived = arrived
        if self._frames:
            self._call_back()

    def take(self) -> list[str]:
        """All frames that wait, oldest first."""
        frames = list(self._frames or ())
        self._frames = None
        self._count -= len(frames)
        self._characters -= sum(map(len, frames))
        return frames

    def take_one(self) -> str | None:
        """The oldest frame that waits; None where none does."""
        if self._frames is None:
            return None
        frame = self._frames.popleft()
        if not self._frames:
            self._frames = None
        self.forget(frame)
        return frame

    def _call_back(self) -> None:
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            arrived()


class Subscriber:
    """One socket's place in one topic.

    From the moment of joining, frames are held back here; `start` says from which number on they matter, and lets them
    into the socket's queue.
    """

    __slots__ = ("_after", "_held", "_queue", "origin", "topic")

    def __init__(self, topic: str, queue: FrameQueue, *, origin: str | None = None) -> None:
        self.topic = topic
        self.origin = origin
        self._queue = queue
        self._after = 0
        self._held: list[tuple[int, str]] | None = []

    def start(self, after: int = 0, *, missed: Sequence[Frame] = ()) -> None:
        """Let frames through: first those that were `missed`, then what is newer than `after`.

        `after` is the number of a snapshot, or that of the last missed frame. What has no number passes in any case.
        """
        held, self._held = self._held or (), None
        self._after = after
        for each in missed:
            if self._queue.admit(each.text):
                self._queue.append(each.text)
        for seq, frame in held:
            if seq and seq <= after:
                self._queue.forget(frame)
            elif not self._queue.is_full:
                self._queue.append(frame)

    def stop(self) -> None:
        """Give up what is held back."""
        held, self._held = self._held or (), []
        for _, frame in held:
            self._queue.forget(frame)

    def push(self, seq: int, frame: str) -> None:
        """Pass on one frame; `seq` is 0 for what has no number."""
        if (seq and seq <= self._after) or not self._queue.admit(frame):
            return
        if self._held is None:
            self._queue.append(frame)
        else:
            self._held.append((seq, frame))
