"""`script/bench soak`: joins, locks, saves and leaves, for minutes on end, and what they leave behind in memory.

A bounded run: so many people on so many projects go round and round. The node's resident memory is read as it goes;
what counts is not how high it is, but whether it is still rising once the first fifth is over.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from bench.client import socket_to
from bench.nodes import BenchNode, product_node
from bench.world import person, project

PEOPLE: Final = 6
SAVES_A_VISIT: Final = 5
SAMPLE_SECONDS: Final = 2.0
# The parts of a run whose medians are compared: after the first fifth, and at the end.
EARLY: Final = (0.2, 0.4)
LATE: Final = (0.8, 1.0)
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """One look: seconds since the beginning, resident bytes, visits until then."""

    at: float
    memory: int
    visits: int


@dataclass
class Soak:
    """What happened, and the memory that was seen."""

    visits: int = 0
    saves: int = 0
    samples: list[Sample] = field(default_factory=list)
    counting: threading.Lock = field(default_factory=threading.Lock)

    def visited(self, saves: int) -> None:
        with self.counting:
            self.visits += 1
            self.saves += saves

    def growth(self) -> tuple[float, float]:
        """Bytes between the early and the late part of the run, and the visits that lay between them."""
        early, late = self._part(*EARLY), self._part(*LATE)
        grown = median(each.memory for each in late) - median(each.memory for each in early)
        return grown, median(each.visits for each in late) - median(each.visits for each in early)

    def peak(self) -> int:
        return max(each.memory for each in self.samples)

    def _part(self, first: float, last: float) -> list[Sample]:
        end = self.samples[-1].at
        return [each for each in self.samples if first * end <= each.at <= last * end]


def soak(minutes: float) -> Soak:
    """Go round for so many minutes, on one node."""
    found = Soak()
    end = time.monotonic() + minutes * 60
    with product_node() as node, ThreadPoolExecutor(PEOPLE) as pool:
        sessions = [pool.submit(_edit, node, number, end, found) for number in range(PEOPLE)]
        began = time.monotonic()
        while time.monotonic() < end:
            found.samples.append(Sample(time.monotonic() - began, node.memory(), found.visits))
            time.sleep(SAMPLE_SECONDS)
        for session in sessions:
            session.result()
    return found


def _edit(node: BenchNode, number: int, end: float, found: Soak) -> None:
    """One person, again and again: come, take the prompt, save some versions, give it back, go."""
    editor = person(f"soak{number}")
    made = project(editor)
    version = 0
    while time.monotonic() < end:
        with socket_to(node, made.id, editor) as socket:
            token = socket.take()
            for _ in range(SAVES_A_VISIT):
                version = socket.save(f"Be kind.\nThis is version {version}.\n" * 20, token, version)
            socket.call("lock.release", field="prompt_text")
        found.visited(SAVES_A_VISIT)


def report(found: Soak, minutes: float) -> str:
    """What a person reads at the end."""
    grown, visits = found.growth()
    return (
        f"{minutes:g} minutes: {found.visits} visits, {found.saves} saves. Resident memory of the node: "
        f"{found.peak() / MEGABYTE:.0f} MB at most; between the second and the last fifth it changed by "
        f"{grown / MEGABYTE:+.1f} MB, {grown / max(visits, 1):+.0f} bytes for each visit between."
    )
