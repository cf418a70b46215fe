"""Handling of Ctrl-C and SIGTERM during the whole life of a command."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# How long after it was lost `Stopped` is raised again, in seconds.
AGAIN = 0.05


class Stopped(BaseException):
    """A signal asked this process to end. Not an Exception, so that no handler treats it as a failure."""


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn signals into ``Stopped``, so that what was started is stopped on the way out."""
    for number in SIGNALS:
        signal.signal(number, _stop)
    before, sys.unraisablehook = sys.unraisablehook, _raise_again
    try:
        yield
    finally:
        ignore_signals()
        sys.unraisablehook = before


@contextmanager
def stopped_afterwards() -> Iterator[None]:
    """Complete the context before ``Stopped`` is raised for a signal that arrived meanwhile."""
    asked: list[int] = []
    before = {number: signal.signal(number, lambda number, _frame: asked.append(number)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if asked:
            ignore_signals()
            raise Stopped


def leave_signals_to_the_server() -> None:
    """Leave signals to the server, which shuts down in order.

    An exception that a handler raises inside an event loop may be swallowed there. Twisted takes SIGTERM in any case,
    but SIGINT only from Python's own handler, and SIGHUP (the terminal was closed) never.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, lambda _number, _frame: signal.raise_signal(signal.SIGTERM))


def ignore_signals() -> None:
    """Ignore further signals, because a second Ctrl-C must not interrupt the shutdown."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _stop(_number: int, _frame: FrameType | None) -> None:
    ignore_signals()
    raise Stopped


def _raise_again(unraisable: sys.UnraisableHookArgs) -> None:
    """Raise `Stopped` once more where Python dropped it, as it does with what a finalizer raises."""
    if unraisable.exc_type is not Stopped:
        sys.__unraisablehook__(unraisable)
        return
    signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, AGAIN)
