"""Restarts processes that end unexpectedly: the worker, the embedded services."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.launcher.console import print_error

LOOK_SECONDS: Final = 0.5
FIRST_PAUSE: Final = 1.0
MAX_PAUSE: Final = 30.0
# After this time, a process counts as healthy and its next end as the first.
HEALTHY_SECONDS: Final = 60.0
MAX_STARTS: Final = 8


@dataclass(frozen=True, slots=True)
class Supervised:
    """A process that must run: how to check it, how to start it, and what to do if that fails repeatedly."""

    name: str
    is_running: Callable[[], bool]
    start: Callable[[], None]
    give_up: Callable[[], None]


@contextmanager
def supervised(services: Sequence[Supervised], *, first_pause: float = FIRST_PAUSE) -> Iterator[None]:
    """Restart each of them that ends, after a pause that doubles each time; give up after `MAX_STARTS` in a row."""
    over = threading.Event()
    threads = [
        threading.Thread(target=_watch, args=(each, over, first_pause), daemon=True, name=f"supervises {each.name}")
        for each in services
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        # A start in progress is completed first, so that its process can be found and stopped.
        for thread in threads:
            thread.join()


def _watch(service: Supervised, over: threading.Event, first_pause: float) -> None:
    starts = 0
    began = time.monotonic()
    while not over.wait(LOOK_SECONDS):
        if service.is_running():
            continue
        if time.monotonic() - began > HEALTHY_SECONDS:
            starts = 0
        if starts == MAX_STARTS:
            print_error(f"ALERT {service.name} has ended {MAX_STARTS + 1} times, and is not started again.")
            service.give_up()
            return
        pause = min(MAX_PAUSE, first_pause * 2**starts)
        print_error(f"{service.name} has ended, and is started again in {pause:g} s.")
        if over.wait(pause):
            return
        starts += 1
        began = time.monotonic()
        try:
            service.start()
        except (EmbeddedServiceError, OSError) as error:
            print_error(f"{service.name} does not start: {error}")
